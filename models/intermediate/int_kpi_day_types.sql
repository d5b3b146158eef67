{% set kpis = [
    'average_handle_time', 'service_level', 'customer_satisfaction_score', 'calls_offered',
    'tickets_created',
] %}

with kpi_values as (
    select * from {{ ref('kpi_values') }}
    where kpi_key in ('{{ kpis | join("', '") }}')
),

days as (
    select * from {{ ref('dim_days') }}
),

spans as (
    select
        kpi_key,
        min(period_start) as first_on,
        max(period_start) as last_on
    from kpi_values
    where grain = 'day' and dimension = 'all'
    group by kpi_key
),

days_of_kpis as (
    select
        spans.kpi_key,
        days.date_on,
        days.day_type
    from spans
    inner join days
        on
            spans.first_on <= days.date_on
            and spans.last_on >= days.date_on
),

grained as (
    {{ at_every_grain('days_of_kpis', 'date_on') }}
),

counted as (
    select
        kpi_key,
        grain,
        period_start,
        day_type,
        count(*) as day_count
    from grained
    where grain <> 'day'
    group by kpi_key, grain, period_start, day_type
)

select * from counted
