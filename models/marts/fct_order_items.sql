{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['order_id', 'line_number'],
    meta={'touched_by': {'kind': "'order'", 'id': 'order_id'}},
) }}

with order_items as (
    select * from {{ touched(ref('stg_order_items')) }}
),

products as (
    select * from {{ ref('stg_products') }}
),

sold as (
    select
        order_items.order_id,
        order_items.line_number,
        order_items.product_id,
        products.category,
        products.family,
        products.lifetime,
        order_items.quantity,
        order_items.unit_price,
        order_items.amount
    from order_items
    left join products
        on order_items.product_id = products.product_id
)

select * from sold
