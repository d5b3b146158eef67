{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['order_id', 'lifetime'],
    meta={'touched_by': {'kind': "'order'", 'id': 'order_id'}},
) }}

-- An order stands under each lifetime that it holds, with the amount of those lines; one whose
-- lines are not told stands whole under none. Cancelled ones too: they are rows of the fact, and a
-- day of nothing else has no sales, which is known.
with orders as (
    select * from {{ touched(ref('stg_orders')) }}
),

order_items as (
    select * from {{ touched(ref('stg_order_items')) }}
),

products as (
    select * from {{ ref('stg_products') }}
),

split as (
    select
        orders.order_id,
        orders.ordered_on,
        products.lifetime,
        coalesce(sum(order_items.amount), max(orders.amount)) as amount
    from orders
    left join order_items
        on orders.order_id = order_items.order_id
    left join products
        on order_items.product_id = products.product_id
    group by orders.order_id, orders.ordered_on, products.lifetime
)

select * from split
