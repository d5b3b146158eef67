with revenue_days as (
    select * from {{ ref('int_revenue_days') }}
),

active_customers as (
    select * from {{ ref('int_active_customer_counts') }}
),

grained as (
    {{ at_every_grain('revenue_days', 'date_on') }}
),

parts as (
    select
        grain,
        period_start,
        segment,
        country,
        0 as customer_count,
        amount
    from grained
    union all
    select
        grain,
        period_start,
        segment,
        country,
        customer_count,
        0 as amount
    from active_customers
),

{{ by_dimension('parts', ['grain', 'period_start'], customer_dimensions(), revenue_measures()) }}
