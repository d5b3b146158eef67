-- Where each KPI stands: of every cell the latest complete period. It and the one before are found
-- first, and then compared, as those further back are many.
with kpi_values as (
    select * from {{ ref('kpi_values') }}
),

latest_periods as (
    select
        kpi_key,
        grain,
        dimension,
        dimension_value,
        max(period_start) as period_start
    from kpi_values
    where is_complete
    group by kpi_key, grain, dimension, dimension_value
),

recent as (
    select
        kpi_values.*,
        kpi_values.period_start = latest_periods.period_start as is_latest
    from kpi_values
    inner join latest_periods
        on
            kpi_values.kpi_key = latest_periods.kpi_key
            and kpi_values.grain = latest_periods.grain
            and kpi_values.dimension = latest_periods.dimension
            and kpi_values.dimension_value = latest_periods.dimension_value
            and kpi_values.period_start
            >= {{ period_before('latest_periods.grain', 'latest_periods.period_start') }}
),

latest as (
    select * from recent
    where is_latest
),

{{ compared_kpis('latest', 'recent', ref('kpi_catalogue')) }},

scored as (
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
    from compared
)

select * from scored
