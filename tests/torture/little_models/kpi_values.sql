{{ config(schema='marts', materialized='table') }}

select
    'calls_offered' as kpi_key,
    'year' as grain,
    cast(date_trunc('year', started_at) as date) as period_start,
    'all' as dimension,
    'all' as dimension_value,
    cast(count(*) as double) as numerator,
    cast(1 as double) as denominator,
    cast(count(*) as double) as value,
    count(*) as sample_size,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    true as is_complete
from {{ ref('fct_calls') }}
group by date_trunc('year', started_at)
