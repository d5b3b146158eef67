{# What average revenue per user is made of. #}
{% macro revenue_measures() -%}
    {{ return({
        'active_customer_count': 'sum(customer_count)',
        'revenue_amount': 'sum(amount)',
    }) }}
{%- endmacro %}
