{{ config(materialized='view') }}

-- Cancelled orders are no sales; returned ones are.
with orders as (
    select * from {{ touched(ref('stg_orders')) }}
    where status <> 'cancelled'
),

order_items as (
    select * from {{ touched(ref('stg_order_items')) }}
),

products as (
    select * from {{ ref('stg_products') }}
),

lines as (
    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        order_items.line_number,
        products.category,
        products.family,
        products.list_price
    from orders
    inner join order_items
        on orders.order_id = order_items.order_id
    left join products
        on order_items.product_id = products.product_id
)

select * from lines
