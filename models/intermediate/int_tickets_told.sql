{{ config(materialized='view') }}

-- Where a ticket has any event, its events alone tell of its first response, resolution and
-- reopenings.
with tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
),

logged as (
    select
        *,
        true as has_events
    from {{ ref('int_tickets_logged') }}
),

told as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.created_at,
        logged.resolutions,
        logged.agent_messages,
        coalesce(logged.has_events, false) as has_events,
        case
            when logged.has_events then logged.first_response_at
            else tickets.first_response_at
        end as first_response_at,
        case
            when logged.has_events then logged.resolved_at
            when tickets.status in ('resolved', 'closed') then tickets.resolved_at
        end as resolved_at,
        case when logged.has_events then logged.reopens else tickets.reopens end as reopens,
        tickets.status in ('resolved', 'closed')
        or case
            when logged.has_events then logged.resolutions > 0 or logged.reopens > 0
            else tickets.resolved_at is not null or coalesce(tickets.reopens, 0) > 0
        end as was_resolved
    from tickets
    left join logged
        on
            tickets._source = logged._source
            and tickets.ticket_id = logged.ticket_id
),

timed as (
    select
        *,
        {{ never_negative(seconds_between('created_at', 'first_response_at')) }}
            as first_response_seconds,
        {{ never_negative(seconds_between('created_at', 'resolved_at')) }} as resolution_seconds,
        case when was_resolved then coalesce(reopens, 0) > 0 end as is_reopened,
        case
            when has_events and resolved_at is not null
                then agent_messages = 1 and reopens = 0
        end as is_one_touch
    from told
)

select * from timed
