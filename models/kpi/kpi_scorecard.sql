-- Where each KPI stands: of every cell the latest complete period.
with changes as (
    select * from {{ ref('kpi_changes') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by kpi_key, grain, dimension, dimension_value order by period_start desc
        ) as recency
    from changes
    where is_complete
),

latest as (
    select
        kpi_key,
        grain,
        period_start,
        dimension,
        dimension_value,
        value,
        previous_value,
        change,
        is_beyond_chance,
        target,
        status,
        sample_size
    from ranked
    where recency = 1
)

select * from latest
