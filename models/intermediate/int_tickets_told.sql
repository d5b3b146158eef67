-- Where a ticket has any event, its events alone tell of its first response, resolution and reopenings.
with tickets as (
    select * from {{ ref('stg_tickets') }}
),

events as (
    select * from {{ ref('stg_ticket_events') }}
),

references_to_tickets as (
    {{ referred_source(ref('stg_ticket_events'), 'ticket_id', ref('stg_tickets'), 'ticket_id') }}
),

ticket_events as (
    select
        tickets._source,
        tickets.ticket_id,
        events.event,
        events.occurred_at,
        events.occurred_at > tickets.created_at and events.event = 'agent_message' as is_response,
        max(case when events.event = 'reopened' then events.occurred_at end) over (
            partition by tickets._source, tickets.ticket_id
        ) as last_reopened_at
    from events
    inner join references_to_tickets
        on
            events._source = references_to_tickets._source
            and events.ticket_id = references_to_tickets.ticket_id
    inner join tickets
        on
            references_to_tickets.referred_source = tickets._source
            and references_to_tickets.ticket_id = tickets.ticket_id
),

logged as (
    select
        _source,
        ticket_id,
        min(case when is_response then occurred_at end) as first_response_at,
        max(
            case
                when event = 'resolved' and (last_reopened_at is null or occurred_at > last_reopened_at)
                    then occurred_at
            end
        ) as resolved_at,
        count(*) filter (where event = 'reopened') as reopens,
        count(*) filter (where event = 'resolved') as resolutions,
        count(*) filter (where event = 'agent_message') as agent_messages
    from ticket_events
    group by _source, ticket_id
),

told as (
    select
        tickets._source,
        tickets.ticket_id,
        logged.ticket_id is not null as has_events,
        case when logged.ticket_id is null then tickets.first_response_at else logged.first_response_at end
            as first_response_at,
        case
            when logged.ticket_id is not null then logged.resolved_at
            when tickets.status in ('resolved', 'closed') then tickets.resolved_at
        end as resolved_at,
        case when logged.ticket_id is null then tickets.reopens else logged.reopens end as reopens,
        logged.resolutions,
        logged.agent_messages
    from tickets
    left join logged
        on
            tickets._source = logged._source
            and tickets.ticket_id = logged.ticket_id
)

select * from told
