-- An order against the same customer's orders at a strictly earlier time: of two at one moment
-- neither is earlier.
with orders as (
    select * from {{ touched(ref('stg_orders')) }}
    where status <> 'cancelled'
),

lines as (
    select * from {{ ref('int_sale_lines') }}
),

family_purchases as (
    select * from {{ ref('int_family_purchases') }}
),

lines_compared as (
    select
        lines.order_id,
        lines.category is not null
        and lines.ordered_at = min(lines.ordered_at) over (
            partition by lines.customer_id, lines.category
        ) as is_new_category,
        coalesce(lines.list_price > family_purchases.dearest_price_before, false) as is_dearer
    from lines
    left join family_purchases
        on
            lines.customer_id = family_purchases.customer_id
            and lines.family = family_purchases.family
            and lines.ordered_at = family_purchases.ordered_at
),

orders_compared as (
    select
        order_id,
        count(*) filter (where is_new_category) > 0 as has_new_category,
        count(*) filter (where is_dearer) > 0 as has_dearer_product
    from lines_compared
    group by order_id
),

placed as (
    select
        order_id,
        ordered_at > min(ordered_at) over (partition by customer_id) as is_repeat_order
    from orders
),

judged as (
    select
        placed.order_id,
        placed.is_repeat_order,
        placed.is_repeat_order
        and coalesce(orders_compared.has_new_category, false) as is_cross_sale,
        placed.is_repeat_order
        and coalesce(orders_compared.has_dearer_product, false) as is_up_sale
    from placed
    left join orders_compared
        on placed.order_id = orders_compared.order_id
)

select * from judged
