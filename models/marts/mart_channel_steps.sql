-- Which channel leads to which, and where do people end (S2)? Only journeys that are over tell.
with journeys as (
    select * from {{ ref('mart_customer_journeys') }}
    where is_resolved is not null
),

chained as (
    select * from {{ ref('int_contacts_chained') }}
),

contacts as (
    select * from {{ ref('fct_contacts') }}
),

followed as (
    select
        journeys.started_on,
        contacts.client,
        contacts.service,
        contacts.contract,
        {{ dimension_value('contacts.channel') }} as channel,
        lead({{ dimension_value('contacts.channel') }}) over (
            partition by journeys.caller_hash, journeys.journey_number
            order by chained.contact_number
        ) as next_channel,
        case when chained.is_last_contact then journeys.is_resolved end as is_end_resolved
    from journeys
    inner join chained
        on
            journeys.caller_hash = chained.person
            and journeys.journey_number = chained.journey_number
    inner join contacts
        on
            chained._source = contacts._source
            and chained.contact_kind = contacts.contact_kind
            and chained.contact_id = contacts.contact_id
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
    {'contact_count': 'count(*)'},
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
