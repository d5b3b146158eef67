{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['grain', 'period_start', 'channel', 'request_type'],
    meta={'periods_of': {'fct_contacts': 'contacted_on'}},
) }}

-- Not what each channel carries, but what is asked there (S2).
-- Counted from the contacts, as it crosses two dimensions; nothing is known of the shares where
-- calls or tickets are absent.
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
        contacted_on,
        {{ dimension_value('channel') }} as channel,
        {{ dimension_value('request_type') }} as request_type,
        count(*) as contact_count
    from contacts
    group by
        contacted_on, {{ dimension_value('channel') }}, {{ dimension_value('request_type') }}
),

grained as (
    {{ at_every_grain('daily', 'contacted_on') }}
),

counted as (
    select
        grain,
        period_start,
        channel,
        request_type,
        cast(sum(contact_count) as bigint) as contact_count
    from grained
    group by grain, period_start, channel, request_type
),

shared as (
    select
        counted.grain,
        counted.period_start,
        counted.channel,
        counted.request_type,
        request_types.request_value,
        request_types.is_self_care,
        counted.contact_count,
        cast(sum(counted.contact_count) over (
            partition by counted.grain, counted.period_start, counted.channel
        ) as bigint) as channel_contact_count,
        cast(sum(counted.contact_count) over (
            partition by counted.grain, counted.period_start
        ) as bigint) as period_contact_count
    from counted
    left join request_types
        on counted.request_type = request_types.request_type
),

divided as (
    select
        *,
        {{ divide('contact_count', 'channel_contact_count') }} as share_of_channel,
        {{ divide('contact_count', 'period_contact_count') }} as share_of_contacts
    from shared
)

select * from divided
