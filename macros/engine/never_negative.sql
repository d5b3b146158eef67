{# A duration, or null where the clocks say that it ended before it began: such a one counts in no KPI. #}
{% macro never_negative(seconds) -%}
    case when {{ seconds }} >= 0 then {{ seconds }} end
{%- endmacro %}
