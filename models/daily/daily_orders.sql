with orders as (
    select
        *,
        ordered_on as date_on
    from {{ ref('fct_orders') }}
),

{{ by_dimension('orders', ['date_on'], order_dimensions(), order_measures()) }}
