{{ config(schema='marts', materialized='table') }}

select
    kpi_key,
    grain,
    period_start,
    dimension,
    dimension_value,
    value,
    cast(null as double) as previous_value,
    cast(null as double) as change,
    cast(null as boolean) as is_beyond_chance,
    cast(null as double) as target,
    'no_target' as status,
    sample_size
from {{ ref('kpi_values') }}
