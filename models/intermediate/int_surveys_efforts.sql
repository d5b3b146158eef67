{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'survey_id'],
    meta={'touched_by': {'kind': "'survey'", 'id': 'survey_id'}},
) }}

with surveyed as (
    select * from {{ ref('int_surveys_contacts') }}
),

calls as (
    select * from {{ touched(ref('fct_calls')) }}
),

tickets as (
    select * from {{ touched(ref('fct_tickets')) }}
),

events as (
    select * from {{ touched(ref('fct_ticket_events')) }}
    where event in ('agent_message', 'transferred')
),

-- One row an agent who heard of it, or a passing on; a ticket without events has but its assignee.
handlings as (
    select
        surveyed._source,
        surveyed.survey_id,
        surveyed.contact_number as call_number,
        calls.is_answered as is_call_answered,
        calls.is_transferred,
        case when calls.is_answered then calls.agent end as agent
    from surveyed
    inner join calls
        on
            surveyed.contact_source = calls._source
            and surveyed.contact_id = calls.call_id
            and surveyed.contact_kind = 'call'
    union all
    select
        surveyed._source,
        surveyed.survey_id,
        cast(null as bigint) as call_number,
        cast(null as boolean) as is_call_answered,
        coalesce(events.event = 'transferred', false) as is_transferred,
        case
            when tickets.has_events and events.event = 'agent_message' then events.agent
            when not tickets.has_events then tickets.agent
        end as agent
    from surveyed
    inner join tickets
        on
            surveyed.contact_source = tickets._source
            and surveyed.contact_id = tickets.ticket_id
            and surveyed.contact_kind = 'ticket'
    left join events
        on
            tickets._source = events.ticket_source
            and tickets.ticket_id = events.ticket_id
            and surveyed.sent_at >= events.occurred_at
),

placed as (
    select
        *,
        min(call_number) over (partition by _source, survey_id) as first_call_number
    from handlings
),

judged as (
    select
        _source,
        survey_id,
        count(distinct agent) >= 2 as has_explained_to_several_agents,
        max(case when is_transferred then 1 else 0 end) = 1 as is_transferred,
        count(call_number) >= 2 as has_called_again,
        max(
            case when call_number = first_call_number and not is_call_answered then 1 else 0 end
        ) = 1 as is_not_answered_at_first
    from placed
    group by _source, survey_id
),

-- Where calls are absent, nobody knows who had to call.
known as (
    select
        _source,
        survey_id,
        has_explained_to_several_agents,
        is_transferred,
        case when {{ are_landed([ref('fct_calls')]) }} then has_called_again end
            as has_called_again,
        case when {{ are_landed([ref('fct_calls')]) }} then is_not_answered_at_first end
            as is_not_answered_at_first
    from judged
)

select * from known
