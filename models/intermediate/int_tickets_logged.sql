with ticket_events as (
    select * from {{ ref('int_ticket_events') }}
),

gathered as (
    select
        _source,
        ticket_id,
        min(occurred_at) filter (
            where event = 'agent_message' and occurred_at > created_at
        ) as first_response_at,
        max(occurred_at) filter (where event = 'resolved') as resolved_at,
        count(*) filter (where event = 'reopened') as reopens,
        count(*) filter (where event = 'resolved') as resolutions,
        count(*) filter (where event = 'agent_message') as agent_messages
    from ticket_events
    group by _source, ticket_id
),

-- Of the few that were opened again, the order of events tells whether they were resolved since.
followed as (
    select
        ticket_events._source,
        ticket_events.ticket_id,
        ticket_events.event,
        ticket_events.occurred_at,
        max(case when ticket_events.event = 'reopened' then 1 else 0 end) over (
            partition by ticket_events._source, ticket_events.ticket_id
            order by
                ticket_events.occurred_at,
                {{ byte_order('ticket_events.event_source', 'ticket_events.event_id') }}
            rows between current row and unbounded following
        ) = 1 as is_reopened_later
    from ticket_events
    inner join gathered
        on
            ticket_events._source = gathered._source
            and ticket_events.ticket_id = gathered.ticket_id
    where gathered.reopens > 0 and ticket_events.event in ('resolved', 'reopened')
),

resolved_since as (
    select
        _source,
        ticket_id,
        max(occurred_at) as resolved_at
    from followed
    where event = 'resolved' and not is_reopened_later
    group by _source, ticket_id
),

logged as (
    select
        gathered._source,
        gathered.ticket_id,
        gathered.first_response_at,
        gathered.reopens,
        gathered.resolutions,
        gathered.agent_messages,
        case
            when gathered.reopens > 0 then resolved_since.resolved_at else gathered.resolved_at
        end as resolved_at
    from gathered
    left join resolved_since
        on
            gathered._source = resolved_since._source
            and gathered.ticket_id = resolved_since.ticket_id
)

select * from logged
