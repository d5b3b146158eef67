{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['grain', 'period_start', 'dimension', 'dimension_value', 'request_type'],
    meta={'periods_of': {'fct_contacts': 'contacted_on'}},
) }}

-- What do people ask for, and what of it could they do by themselves (S3)? As mart_channel_demand,
-- for those on whose behalf the service works. Half the contacts would be no mix.
with contacts as (
    select * from {{ ref('fct_contacts') }}
    where
        {{ are_landed([ref('stg_calls'), ref('stg_tickets')]) }}
        and {{ is_since_touched_periods('contacted_on') }}
),

request_types as (
    select * from {{ ref('request_types') }}
),

daily as (
    select
        client,
        service,
        contract,
        contacted_on,
        {{ dimension_value('request_type') }} as request_type,
        count(*) as contact_count
    from contacts
    group by client, service, contract, contacted_on, {{ dimension_value('request_type') }}
),

grained as (
    {{ at_every_grain('daily', 'contacted_on', of=['week', 'month', 'quarter', 'year']) }}
),

{{ grouped_by_dimension(
    'grained',
    ['grain', 'period_start', 'request_type'],
    ['client', 'service', 'contract'],
    {'contact_count': 'sum(contact_count)'},
) }},

totalled as (
    select
        *,
        cast(sum(contact_count) over (
            partition by grain, period_start, dimension, dimension_value
        ) as bigint) as period_contact_count
    from grouped
),

divided as (
    select
        totalled.grain,
        totalled.period_start,
        totalled.dimension,
        totalled.dimension_value,
        totalled.request_type,
        request_types.request_value,
        request_types.is_self_care,
        totalled.contact_count,
        totalled.period_contact_count,
        {{ divide('totalled.contact_count', 'totalled.period_contact_count') }} as share_of_contacts
    from totalled
    left join request_types
        on totalled.request_type = request_types.request_type
)

select * from divided
