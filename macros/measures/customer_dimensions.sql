{# What KPIs of the customers of a period are told apart by, beside `all`. #}
{% macro customer_dimensions() -%}
    {{ return(['segment', 'country']) }}
{%- endmacro %}
