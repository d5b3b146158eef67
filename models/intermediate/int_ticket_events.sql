{{ config(materialized='view') }}

with tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
),

events as (
    select * from {{ touched(ref('stg_ticket_events')) }}
),

references_to_tickets as (
    {{ referred_source(
        touched(ref('stg_ticket_events')), 'ticket_id', touched(ref('stg_tickets')), 'ticket_id'
    ) }}
),

referred_tickets as (
    select
        references_to_tickets._source as event_source,
        tickets._source,
        tickets.ticket_id,
        tickets.created_at
    from references_to_tickets
    inner join tickets
        on
            references_to_tickets.referred_source = tickets._source
            and references_to_tickets.ticket_id = tickets.ticket_id
),

ticket_events as (
    select
        referred_tickets._source,
        referred_tickets.ticket_id,
        referred_tickets.created_at,
        events._source as event_source,
        events.event_id,
        events.event,
        events.occurred_at
    from events
    inner join referred_tickets
        on
            events._source = referred_tickets.event_source
            and events.ticket_id = referred_tickets.ticket_id
)

select * from ticket_events
