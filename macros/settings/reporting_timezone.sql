{# The reporting time zone as a SQL literal. #}
{% macro reporting_timezone() -%}
    {{ quoted_text(var('reporting_timezone')) }}
{%- endmacro %}
