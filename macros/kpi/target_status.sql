{# How a value stands to its target: `met` at the target or better, `missed`, `no_target` or `no_data`. #}
{% macro target_status(value, target, direction) -%}
    case
        when {{ value }} is null then 'no_data'
        when {{ target }} is null or {{ direction }} is null then 'no_target'
        when {{ direction }} = 'up' and {{ value }} >= {{ target }} then 'met'
        when {{ direction }} = 'down' and {{ value }} <= {{ target }} then 'met'
        else 'missed'
    end
{%- endmacro %}
