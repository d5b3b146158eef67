-- Few journeys change channel: only their contacts are put in order again. Six steps are told.
with contacts as (
    select * from {{ touched(ref('int_contacts_chained')) }}
    where caller_hash is not null
),

journeys as (
    select distinct
        caller_hash,
        journey_number
    from contacts
    where has_changed_channel
),

steps as (
    select
        contacts.caller_hash,
        contacts.journey_number,
        contacts.channel,
        row_number() over (
            partition by contacts.caller_hash, contacts.journey_number
            order by contacts.contact_number
        ) as path_step
    from contacts
    inner join journeys
        on
            contacts.caller_hash = journeys.caller_hash
            and contacts.journey_number = journeys.journey_number
    where contacts.contact_number = 1 or contacts.has_changed_channel
),

paths as (
    select
        caller_hash,
        journey_number,
        count(distinct channel) as channel_count,
        max(case when path_step = 1 then channel end)
        {% for step in range(2, 7) %}
            || coalesce(' > ' || max(case when path_step = {{ step }} then channel end), '')
        {% endfor %}
        || max(case when path_step > 6 then ' > …' else '' end) as path
    from steps
    group by caller_hash, journey_number
)

select * from paths
