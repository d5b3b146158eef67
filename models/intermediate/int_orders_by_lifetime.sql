-- An order stands under each lifetime that it holds, with the amount of those lines; one whose
-- lines are not told stands whole under none.
with orders as (
    select * from {{ ref('stg_orders') }}
    where status <> 'cancelled'
),

lines as (
    select * from {{ ref('int_sale_lines') }}
),

split as (
    select
        orders.order_id,
        lines.lifetime,
        coalesce(sum(lines.amount), max(orders.amount)) as amount
    from orders
    left join lines
        on orders.order_id = lines.order_id
    group by orders.order_id, lines.lifetime
)

select * from split
