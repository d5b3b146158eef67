-- What a customer went through before the question: the contacts, up to its sending, of the journey
-- of the call or ticket asked about; where none is named, of the latest journey that the sending
-- still falls into.
with surveys as (
    select * from {{ touched(ref('fct_surveys')) }}
    where is_answered
),

contacts as (
    select * from {{ touched(ref('int_contacts_chained')) }}
),

candidates as (
    {% for kind in ['call', 'ticket'] %}
        select
            surveys._source,
            surveys.survey_id,
            surveys.sent_at,
            contacts._source as contact_source,
            contacts.contact_kind,
            contacts.contact_id,
            contacts.caller_hash,
            contacts.contacted_at,
            contacts.journey_number,
            contacts.contact_number,
            {{ loop.index }} as preference
        from surveys
        inner join contacts
            on
                surveys.{{ kind }}_source = contacts._source
                and surveys.{{ kind }}_id = contacts.contact_id
                and contacts.contact_kind = '{{ kind }}'
        union all
    {% endfor %}
    select
        surveys._source,
        surveys.survey_id,
        surveys.sent_at,
        contacts._source as contact_source,
        contacts.contact_kind,
        contacts.contact_id,
        contacts.caller_hash,
        contacts.contacted_at,
        contacts.journey_number,
        contacts.contact_number,
        3 as preference
    from surveys
    inner join contacts
        on
            surveys.customer_hash = contacts.caller_hash
            and surveys.sent_at >= contacts.contacted_at
            and {{ seconds_between('contacts.contacted_at', 'surveys.sent_at') }}
            <= {{ var('journey_gap_hours') }} * 3600
),

ranked as (
    select
        *,
        row_number() over (
            partition by _source, survey_id
            order by preference asc, journey_number desc, contact_number desc
        ) as preference_rank
    from candidates
),

surveyed as (
    select
        ranked._source,
        ranked.survey_id,
        ranked.sent_at,
        contacts._source as contact_source,
        contacts.contact_kind,
        contacts.contact_id,
        contacts.contact_number
    from ranked
    inner join contacts
        on
            ranked.caller_hash = contacts.caller_hash
            and ranked.journey_number = contacts.journey_number
    where ranked.preference_rank = 1 and contacts.contacted_at <= ranked.sent_at
    union all
    select
        _source,
        survey_id,
        sent_at,
        contact_source,
        contact_kind,
        contact_id,
        contact_number
    from ranked
    where preference_rank = 1 and caller_hash is null and contacted_at <= sent_at
)

select * from surveyed
