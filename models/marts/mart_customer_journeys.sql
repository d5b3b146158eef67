-- Where calls or tickets are absent, no path is known: who went on by the other way can't be seen.
with contacts as (
    select * from {{ ref('fct_contacts') }}
    where caller_hash is not null and {{ are_landed([ref('stg_calls'), ref('stg_tickets')]) }}
),

chained as (
    select * from {{ ref('int_contacts_chained') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

placed as (
    select
        contacts.*,
        chained.journey_number,
        chained.contact_number,
        chained.is_last_contact,
        chained.path_step,
        {{ dimension_value('contacts.channel') }} as step_channel
    from contacts
    inner join chained
        on
            contacts._source = chained._source
            and contacts.contact_kind = chained.contact_kind
            and contacts.contact_id = chained.contact_id
),

journeys as (
    select
        caller_hash,
        journey_number,
        max(customer_hash) as customer_hash,
        max(segment) as segment,
        max(country) as country,
        max(case when is_last_contact then step_channel end) as channel,
        min(case when contact_number = 1 then contacted_on end) as started_on,
        min(contacted_at) as started_at,
        max(contacted_at) as last_contact_at,
        count(*) as contact_count,
        count(distinct step_channel) as channel_count,
        max(case when path_step = 1 then step_channel end)
        {% for step in range(2, 7) %}
            || coalesce(' > ' || max(case when path_step = {{ step }} then step_channel end), '')
        {% endfor %}
        || max(case when path_step > 6 then ' > …' else '' end) as path,
        max(case when is_last_contact and is_resolved then 1 else 0 end) = 1
            as is_last_contact_resolved
    from placed
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
        aged.customer_hash,
        aged.segment,
        aged.country,
        aged.path,
        aged.channel,
        aged.started_on,
        aged.started_at,
        aged.last_contact_at,
        aged.contact_count,
        aged.channel_count,
        aged.matures_at,
        {{ seconds_between('aged.started_at', 'aged.last_contact_at') }} as duration_seconds,
        case when aged.matures_at <= now.as_of then aged.channel_count >= 2 end as is_pivoted,
        case when aged.matures_at <= now.as_of then aged.is_last_contact_resolved end
            as is_resolved,
        case
            when aged.matures_at <= now.as_of and aged.is_last_contact_resolved then aged.channel
        end as resolving_channel
    from aged
    cross join now
)

select * from judged
