"""The models of the little project: raw calls to one KPI, in the columns of the marts.

They are no files of their own, as dbt takes each .sql below folder tests for a test.
"""

MODELS = {
    "int_as_of": """
{{ config(schema='intermediate', materialized='table') }}

select
    max(ended_at) as as_of,
    cast(max(ended_at) as date) as as_of_on
from {{ source('raw', 'calls') }}
""",
    "fct_calls": """
{{ config(schema='marts', materialized='table') }}

select
    _source,
    call_id,
    started_at,
    ended_at
from {{ source('raw', 'calls') }}
""",
    "kpi_values": """
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
""",
    "kpi_changes": """
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
    sample_size,
    is_complete
from {{ ref('kpi_values') }}
""",
    "kpi_scorecard": """
{{ config(schema='marts', materialized='table') }}

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
from {{ ref('kpi_changes') }}
""",
    "mart_sla_compliance": """
{{ config(schema='marts', materialized='table') }}

select
    cast(null as text) as client,
    cast(null as text) as service,
    kpi_key,
    grain,
    period_start,
    target,
    value,
    status,
    sample_size,
    is_complete
from {{ ref('kpi_changes') }}
where target is not null
""",
    "kpi_catalogue": """
{{ config(schema='marts', materialized='table') }}

select
    'calls_offered' as kpi_key,
    'telephone' as theme,
    'Calls offered' as label_en,
    'Appels présentés' as label_fr,
    'Inbound calls.' as definition,
    'Appels entrants.' as definition_fr,
    'count of calls' as formula,
    'count' as unit,
    cast(null as text) as direction,
    cast(null as double) as target,
    cast(null as date) as target_on,
    cast(null as text) as owner,
    cast(null as text) as source_article
""",
}
