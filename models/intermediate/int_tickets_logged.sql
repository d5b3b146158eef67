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
        tickets.created_at,
        events.event,
        events.occurred_at,
        max(case when events.event = 'reopened' then 1 else 0 end) over (
            partition by tickets._source, tickets.ticket_id
            order by events.occurred_at, {{ byte_order('events._source', 'events.event_id') }}
            rows between current row and unbounded following
        ) = 1 as is_reopened_later
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
        min(occurred_at) filter (
            where event = 'agent_message' and occurred_at > created_at
        ) as first_response_at,
        max(occurred_at) filter (
            where event = 'resolved' and not is_reopened_later
        ) as resolved_at,
        count(*) filter (where event = 'reopened') as reopens,
        count(*) filter (where event = 'resolved') as resolutions,
        count(*) filter (where event = 'agent_message') as agent_messages
    from ticket_events
    group by _source, ticket_id
)

select * from logged
