-- Is each KPI a SMART objective (S3)?
with catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

measured as (
    select distinct kpi_key from {{ ref('kpi_values') }}
    where value is not null
),

trends as (
    select * from {{ ref('int_kpi_trends') }}
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
        coalesce(trends.month_count, 0) as month_count,
        case
            when catalogue.direction = 'up' then trends.highest_value
            when catalogue.direction = 'down' then trends.lowest_value
        end as best_value,
        trends.mean_value + trends.monthly_change * (
            12 * extract(year from catalogue.target_on)
            + extract(month from catalogue.target_on)
            - trends.mean_month
        ) as projected_value
    from catalogue
    left join measured
        on catalogue.kpi_key = measured.kpi_key
    left join trends
        on catalogue.kpi_key = trends.kpi_key
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
