{# What KPIs of a period's buyers are made of: customers counted once a period, over the sales of fct_orders. #}
{% macro buyer_measures() -%}
    {{ return({
        'returning_buyer_count': 'count(distinct case when is_repeat_order then customer_hash end)',
        'cross_sold_count': 'count(distinct case when is_cross_sale then customer_hash end)',
        'up_sold_count': 'count(distinct case when is_up_sale then customer_hash end)',
    }) }}
{%- endmacro %}
