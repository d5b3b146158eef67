with ticket_events as (
    select * from {{ source('raw', 'ticket_events') }}
),

cleaned as (
    select
        _source,
        event_id,
        ticket_id,
        occurred_at,
        event,
        {{ clean_code('channel') }} as channel,
        {{ clean_code('agent_id') }} as agent_id,
        {{ clean_code('team') }} as team
    from ticket_events
)

select * from cleaned
