{# What journey KPIs are told apart by, beside `all`: columns of mart_customer_journeys. #}
{% macro journey_dimensions() -%}
    {{ return(['segment', 'country', 'channel', 'path']) }}
{%- endmacro %}
