{# What order KPIs are told apart by, beside `all`: columns of fct_orders. #}
{% macro order_dimensions() -%}
    {{ return(['marketplace', 'segment', 'country', 'day_type']) }}
{%- endmacro %}
