{{ config(meta={'days_of': {'fct_orders': 'ordered_on'}}) }}

with orders as (
    select
        *,
        ordered_on as date_on
    from {{ ref('fct_orders') }}
    where {{ is_on_touched_day('ordered_on') }}
),

{{ by_dimension('orders', ['date_on'], order_dimensions(), order_measures()) }}
