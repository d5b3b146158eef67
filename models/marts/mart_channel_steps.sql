{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=[
        'grain', 'period_start', 'dimension', 'dimension_value',
        'channel', 'next_channel', 'is_end_resolved',
    ],
    meta={
        'periods_of': {
            'mart_customer_journeys': 'started_on', 'int_contacts_chained': 'journey_started_on',
        },
    },
) }}

-- Which channel leads to which, and where do people end (S2)? Only journeys that are over tell.
with journeys as (
    select * from {{ ref('mart_customer_journeys') }}
    where is_resolved is not null and {{ is_since_touched_periods('started_on') }}
),

contacts as (
    select * from {{ ref('int_contacts_chained') }}
    where {{ is_since_touched_periods('journey_started_on') }}
),

-- Rows by day are few, and add up.
followed as (
    select
        journeys.started_on,
        contacts.client,
        contacts.service,
        {{ contract_of('contacts.client', 'contacts.service') }} as contract,
        contacts.channel,
        contacts.next_channel,
        case when contacts.is_last_contact then journeys.is_resolved end as is_end_resolved,
        count(*) as contact_count
    from journeys
    inner join contacts
        on
            journeys.caller_hash = contacts.caller_hash
            and journeys.journey_number = contacts.journey_number
    group by
        journeys.started_on,
        contacts.client,
        contacts.service,
        contacts.channel,
        contacts.next_channel,
        case when contacts.is_last_contact then journeys.is_resolved end
),

grained as (
    {{ at_every_grain('followed', 'started_on') }}
),

long_enough as (
    select * from grained
    where grain not in ('day', 'week')
),

{{ grouped_by_dimension(
    'long_enough',
    ['grain', 'period_start', 'channel', 'next_channel', 'is_end_resolved'],
    ['client', 'service', 'contract'],
    {'contact_count': 'sum(contact_count)'},
) }},

totalled as (
    select
        *,
        cast(sum(contact_count) over (
            partition by grain, period_start, dimension, dimension_value, channel
        ) as bigint) as channel_contact_count
    from grouped
),

divided as (
    select
        grain,
        period_start,
        dimension,
        dimension_value,
        channel,
        next_channel,
        is_end_resolved,
        contact_count,
        channel_contact_count,
        {{ divide('contact_count', 'channel_contact_count') }} as share_of_channel
    from totalled
)

select * from divided
