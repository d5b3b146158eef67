-- Is each KPI a SMART objective (S3)? The trend is the line of least squares through its complete
-- months.
with catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

kpi_values as (
    select * from {{ ref('kpi_values') }}
    where value is not null
),

measured as (
    select distinct kpi_key from kpi_values
),

months as (
    select
        kpi_key,
        value,
        12 * extract(year from period_start) + extract(month from period_start) as month_number
    from kpi_values
    where grain = 'month' and dimension = 'all' and is_complete
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

seen as (
    select
        catalogue.kpi_key,
        catalogue.definition,
        catalogue.formula,
        catalogue.direction,
        catalogue.target,
        catalogue.target_on,
        measured.kpi_key is not null as has_data,
        coalesce(summed.month_count, 0) as month_count,
        case
            when catalogue.direction = 'up' then summed.highest_value
            when catalogue.direction = 'down' then summed.lowest_value
        end as best_value,
        case
            when summed.month_count >= 2
                then
                    summed.mean_value + {{ divide('summed.covariance', 'summed.variance') }} * (
                        12 * extract(year from catalogue.target_on)
                        + extract(month from catalogue.target_on)
                        - summed.mean_month
                    )
        end as projected_value
    from catalogue
    left join measured
        on catalogue.kpi_key = measured.kpi_key
    left join summed
        on catalogue.kpi_key = summed.kpi_key
),

checked as (
    select
        kpi_key,
        target,
        target_on,
        month_count,
        best_value,
        projected_value,
        length(trim(coalesce(definition, ''))) > 0 as is_specific,
        has_data and length(trim(coalesce(formula, ''))) > 0 as is_measurable,
        case {{ target_status('best_value', 'target', 'direction') }}
            when 'met' then true
            when 'missed' then false
        end as is_attainable,
        case {{ target_status('projected_value', 'target', 'direction') }}
            when 'met' then true
            when 'missed' then false
        end as is_realistic,
        target_on is not null as is_timed
    from seen
),

judged as (
    select
        *,
        is_specific
        and is_measurable
        and coalesce(is_attainable, false)
        and coalesce(is_realistic, false)
        and is_timed as is_smart
    from checked
)

select * from judged
