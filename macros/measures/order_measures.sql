{#
  What order KPIs are made of: sums over fct_orders, dated by ordered_on. daily_orders.yml tells what each is.
#}
{% macro order_measures() -%}
    {%- set measures = {
        'order_count': 'count(*)',
        'defect_judged_count': count_where('is_defective is not null'),
        'defective_count': count_where('is_defective'),
        'immature_order_count': count_where('is_defective is null'),
        'shipment_judged_count': count_where('is_shipped_on_time is not null'),
        'shipped_on_time_count': count_where('is_shipped_on_time'),
        'shipment_awaited_count': count_where('is_shipment_awaited'),
        'delivery_judged_count': count_where('is_delivered_on_time is not null'),
        'delivered_on_time_count': count_where('is_delivered_on_time'),
        'delivery_awaited_count': count_where('is_delivery_awaited'),
        'merchant_order_count': count_where('is_cancelled_by_merchant is not null'),
        'cancelled_by_merchant_count': count_where('is_cancelled_by_merchant'),
    } -%}
    {%- do measures.update(sale_measures()) -%}
    {{ return(measures) }}
{%- endmacro %}
