{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'event_id'],
    meta={'touched_by': {'kind': "'event'", 'id': 'event_id'}},
) }}

with events as (
    select * from {{ touched(ref('stg_ticket_events')) }}
),

references_to_tickets as (
    {{ referred_source(
        touched(ref('stg_ticket_events')), 'ticket_id', touched(ref('stg_tickets')), 'ticket_id'
    ) }}
),

agents as (
    select * from {{ ref('int_agents') }}
),

told as (
    select
        events._source,
        events.event_id,
        references_to_tickets.referred_source as ticket_source,
        events.ticket_id,
        events.occurred_at,
        {{ local_date('events.occurred_at') }} as occurred_on,
        events.event,
        events.channel,
        agents.agent,
        events.team
    from events
    left join references_to_tickets
        on
            events._source = references_to_tickets._source
            and events.ticket_id = references_to_tickets.ticket_id
    left join agents
        on events.agent_id = agents.agent_id
)

select * from told
