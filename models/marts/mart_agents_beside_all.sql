{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['kpi_key', 'grain', 'period_start', 'agent'],
    meta={'follows': {'kpi_values': ['kpi_key', 'grain', 'period_start']}},
) }}

-- Few calls are no verdict on an agent: chance alone sets them apart. Everybody's value counts as
-- known, since it stands on many times what one agent's does.
with agents as (
    select * from {{ ref('kpi_values') }}
    where
        dimension = 'agent' and dimension_value <> '(none)' and value is not null
        and {{ is_beside_replaced() }}
),

everybody as (
    select * from {{ ref('kpi_values') }}
    where dimension = 'all'
),

compared as (
    select
        agents.kpi_key,
        agents.grain,
        agents.period_start,
        agents.dimension_value as agent,
        agents.value,
        agents.ci_low,
        agents.ci_high,
        agents.sample_size,
        everybody.value as value_of_all,
        agents.is_complete,
        agents.value - everybody.value as difference,
        everybody.value < agents.ci_low or everybody.value > agents.ci_high as is_beyond_chance
    from agents
    inner join everybody
        on
            agents.kpi_key = everybody.kpi_key
            and agents.grain = everybody.grain
            and agents.period_start = everybody.period_start
)

select * from compared
