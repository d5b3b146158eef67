-- The line of least squares through a KPI's complete months.
with months as (
    select
        kpi_key,
        value,
        cast(
            12 * extract(year from period_start) + extract(month from period_start)
            as {{ type_double() }}
        ) as month_number
    from {{ ref('kpi_values') }}
    where grain = 'month' and dimension = 'all' and is_complete and value is not null
),

summed as (
    select
        kpi_key,
        count(*) as month_count,
        max(value) as highest_value,
        min(value) as lowest_value,
        avg(value) as mean_value,
        avg(month_number) as mean_month,
        avg(value * month_number) - avg(value) * avg(month_number) as covariance,
        avg(month_number * month_number) - avg(month_number) * avg(month_number) as variance
    from months
    group by kpi_key
),

fitted as (
    select
        kpi_key,
        month_count,
        highest_value,
        lowest_value,
        mean_value,
        mean_month,
        case when month_count >= 2 then {{ divide('covariance', 'variance') }} end as monthly_change
    from summed
)

select * from fitted
