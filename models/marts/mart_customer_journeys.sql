{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['caller_hash', 'journey_number'],
    meta={'touched_by': {'kind': "'person'", 'id': 'caller_hash'}},
) }}

-- Where calls or tickets are absent, no path is known: who went on by the other way can't be seen.
with contacts as (
    select * from {{ touched(ref('int_contacts_chained')) }}
    where caller_hash is not null and {{ are_landed([ref('stg_calls'), ref('stg_tickets')]) }}
),

paths as (
    select * from {{ ref('int_journey_paths') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

-- Most journeys are of one contact, and need no grouping.
journeys as (
    select
        caller_hash,
        journey_number,
        channel,
        journey_started_on as started_on,
        contacted_at as started_at,
        contacted_at as last_contact_at,
        1 as contact_count,
        is_resolved as is_last_contact_resolved
    from contacts
    where contact_number = 1 and is_last_contact
    union all
    select
        caller_hash,
        journey_number,
        max(case when is_last_contact then channel end) as channel,
        min(journey_started_on) as started_on,
        min(contacted_at) as started_at,
        max(contacted_at) as last_contact_at,
        count(*) as contact_count,
        max(case when is_last_contact and is_resolved then 1 else 0 end) = 1
            as is_last_contact_resolved
    from contacts
    where not (contact_number = 1 and is_last_contact)
    group by caller_hash, journey_number
),

aged as (
    select
        *,
        cast({{ dbt.dateadd('hour', var('journey_gap_hours'), 'last_contact_at') }} as timestamp)
            as matures_at
    from journeys
),

judged as (
    select
        aged.caller_hash,
        aged.journey_number,
        customers.customer_hash,
        customers.segment,
        customers.country,
        coalesce(paths.path, aged.channel) as path,
        aged.channel,
        aged.started_on,
        aged.started_at,
        aged.last_contact_at,
        aged.contact_count,
        coalesce(paths.channel_count, 1) as channel_count,
        aged.matures_at,
        {{ seconds_between('aged.started_at', 'aged.last_contact_at') }} as duration_seconds,
        case when aged.matures_at <= now.as_of then coalesce(paths.channel_count, 1) >= 2 end
            as is_pivoted,
        case when aged.matures_at <= now.as_of then aged.is_last_contact_resolved end
            as is_resolved,
        case
            when aged.matures_at <= now.as_of and aged.is_last_contact_resolved then aged.channel
        end as resolving_channel
    from aged
    cross join now
    left join paths
        on
            aged.caller_hash = paths.caller_hash
            and aged.journey_number = paths.journey_number
    left join customers
        on aged.caller_hash = customers.customer_hash
)

select * from judged
