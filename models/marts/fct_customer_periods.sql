with periods as (
    select * from {{ ref('int_customer_periods') }}
),

spans as (
    select * from {{ ref('int_customers_active') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

active as (
    select
        periods.grain,
        periods.period_start,
        periods.closes_on,
        spans.customer_id,
        count(*) filter (where spans.active_from <= periods.period_start) > 0
            as is_active_at_start,
        count(*) filter (where spans.active_until > periods.closes_on) > 0 as is_active_at_end
    from periods
    inner join spans
        on
            periods.closes_on >= spans.active_from
            and periods.period_start < spans.active_until
    group by periods.grain, periods.period_start, periods.closes_on, spans.customer_id
),

judged as (
    select
        active.grain,
        active.period_start,
        active.closes_on,
        customers.customer_hash,
        customers.segment,
        customers.country,
        active.is_active_at_start,
        active.is_active_at_end,
        case when active.is_active_at_start then active.is_active_at_end end as is_retained
    from active
    inner join customers
        on active.customer_id = customers.customer_id
)

select * from judged
