{{ config(meta={'days_of': {'fct_orders': 'ordered_on', 'int_orders_by_lifetime': 'ordered_on'}}) }}

-- No row for all of them: an order that holds both lifetimes would be in it twice.
with parts as (
    select * from {{ ref('int_orders_by_lifetime') }}
    where {{ is_on_touched_day('ordered_on') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where {{ is_on_touched_day('ordered_on') }}
),

parts_of_orders as (
    select
        orders.ordered_on as date_on,
        orders.is_sale,
        orders.is_repeat_order,
        orders.is_in_reporting_currency,
        parts.lifetime,
        parts.amount
    from parts
    inner join orders
        on parts.order_id = orders.order_id
),

{{ grouped_by_dimension('parts_of_orders', ['date_on'], ['lifetime'], sale_measures()) }}

select * from grouped
where dimension = 'lifetime'
