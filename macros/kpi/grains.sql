{# The five grains of every KPI, shortest first. #}
{% macro grains() -%}
    {{ return(['day', 'week', 'month', 'quarter', 'year']) }}
{%- endmacro %}
