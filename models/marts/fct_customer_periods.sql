{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['grain', 'period_start', 'customer_hash'],
    meta={
        'touched_by': {
            'kind': "'person', 'turning person'", 'id': 'customer_hash', 'begun_on': 'period_start',
        },
    },
) }}

with periods as (
    select * from {{ ref('int_customer_periods') }}
),

spans as (
    select * from {{ ref('int_customers_active') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

seen as (
    select
        periods.grain,
        periods.period_start,
        spans.customer_id,
        spans.span_number,
        spans.active_from <= periods.period_start as is_active_at_start,
        spans.active_until > periods.closes_on as is_active_at_end
    from periods
    inner join spans
        on
            periods.closes_on >= spans.active_from
            and periods.period_start < spans.active_until
    where {{ is_touched(
        "'customer', 'turning customer'", 'spans.customer_id', begun_on='periods.period_start'
    ) }}
),

-- Few have several spans, and only theirs are brought together.
returned as (
    select distinct customer_id from spans
    where span_number > 1
),

active as (
    select
        seen.grain,
        seen.period_start,
        seen.customer_id,
        seen.is_active_at_start,
        seen.is_active_at_end
    from seen
    left join returned
        on seen.customer_id = returned.customer_id
    where returned.customer_id is null
    union all
    select
        seen.grain,
        seen.period_start,
        seen.customer_id,
        count(*) filter (where seen.is_active_at_start) > 0 as is_active_at_start,
        count(*) filter (where seen.is_active_at_end) > 0 as is_active_at_end
    from seen
    inner join returned
        on seen.customer_id = returned.customer_id
    group by seen.grain, seen.period_start, seen.customer_id
),

judged as (
    select
        active.grain,
        active.period_start,
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
