{% set active_days = var('active_days') | int %}

-- A customer who ever had a subscription is judged by its terms alone, any other by orders.
-- Overlapping spans are merged, so that a customer stands once in each moment.
with terms as (
    select * from {{ ref('stg_subscriptions') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
    where status <> 'cancelled'
),

subscribers as (
    select distinct customer_id from terms
),

spans as (
    select
        customer_id,
        starts_on as active_from,
        ended_on as active_until
    from terms
    where ended_on > starts_on
    union all
    select
        orders.customer_id,
        cast({{ dbt.dateadd('day', 1, 'orders.ordered_on') }} as date) as active_from,
        cast({{ dbt.dateadd('day', active_days + 1, 'orders.ordered_on') }} as date)
            as active_until
    from orders
    left join subscribers
        on orders.customer_id = subscribers.customer_id
    where subscribers.customer_id is null
),

{{ merged_spans('spans', ['customer_id'], 'active_from', 'active_until') }}

select * from merged
