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

reached as (
    select
        *,
        max(active_until) over (
            partition by customer_id order by active_from, active_until
            rows between unbounded preceding and 1 preceding
        ) as reached_until
    from spans
),

chained as (
    select
        *,
        sum(case when active_from <= reached_until then 0 else 1 end) over (
            partition by customer_id order by active_from, active_until
            rows between unbounded preceding and current row
        ) as span_number
    from reached
),

merged as (
    select
        customer_id,
        span_number,
        min(active_from) as active_from,
        max(active_until) as active_until
    from chained
    group by customer_id, span_number
)

select * from merged
