{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['order_id'],
    meta={'touched_by': {'kind': "'order'", 'id': 'order_id'}},
) }}

with orders as (
    select * from {{ touched(ref('stg_orders')) }}
),

compared as (
    select * from {{ ref('int_orders_compared') }}
),

promised as (
    select * from {{ ref('int_orders_promised') }}
),

defective as (
    select * from {{ ref('int_orders_defective') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

day_types as (
    select * from {{ ref('int_day_types') }}
),

currency as (
    select * from {{ ref('int_reporting_currency') }}
),

judged as (
    select
        orders._source,
        orders.order_id,
        customers.customer_hash,
        orders.marketplace,
        customers.segment,
        customers.country,
        orders.fulfilled_by,
        orders.status,
        orders.ordered_at,
        orders.ordered_on,
        orders.ship_by,
        orders.shipped_at,
        orders.deliver_by,
        orders.delivered_at,
        orders.cancelled_at,
        orders.cancelled_by,
        orders.amount,
        defective.matures_at,
        defective.is_defective,
        promised.is_shipped_on_time,
        promised.is_delivered_on_time,
        coalesce(day_types.day_type, 'regular') as day_type,
        coalesce(orders.currency, currency.reporting_currency) as currency,
        coalesce(orders.currency, currency.reporting_currency) = currency.reporting_currency
            as is_in_reporting_currency,
        orders.status <> 'cancelled' as is_sale,
        coalesce(compared.is_repeat_order, false) as is_repeat_order,
        coalesce(compared.is_cross_sale, false) as is_cross_sale,
        coalesce(compared.is_up_sale, false) as is_up_sale,
        coalesce(promised.is_shipment_awaited, false) as is_shipment_awaited,
        coalesce(promised.is_delivery_awaited, false) as is_delivery_awaited,
        case
            when orders.fulfilled_by = 'merchant'
                then
                    orders.status = 'cancelled'
                    and coalesce(orders.cancelled_by = 'merchant', false)
                    and (
                        orders.shipped_at is null
                        or coalesce(orders.cancelled_at < orders.shipped_at, false)
                    )
        end as is_cancelled_by_merchant
    from orders
    cross join currency
    inner join defective
        on orders.order_id = defective.order_id
    left join promised
        on orders.order_id = promised.order_id
    left join compared
        on orders.order_id = compared.order_id
    left join customers
        on orders.customer_id = customers.customer_id
    left join day_types
        on orders.ordered_on = day_types.date_on
)

select * from judged
