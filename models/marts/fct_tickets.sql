with tickets as (
    select * from {{ ref('stg_tickets') }}
),

told as (
    select * from {{ ref('int_tickets_told') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

agents as (
    select * from {{ ref('int_agents') }}
),

request_types as (
    select * from {{ ref('request_types') }}
),

day_types as (
    select * from {{ ref('int_day_types') }}
),

timed as (
    select
        tickets.*,
        told.has_events,
        told.first_response_at as answered_at,
        told.resolved_at as solved_at,
        told.reopens as reopen_count,
        told.resolutions,
        told.agent_messages,
        {{ seconds_between('tickets.created_at', 'told.first_response_at') }} as response_seconds,
        {{ seconds_between('tickets.created_at', 'told.resolved_at') }} as resolution_seconds
    from tickets
    inner join told
        on
            tickets._source = told._source
            and tickets.ticket_id = told.ticket_id
),

judged as (
    select
        timed._source,
        timed.ticket_id,
        customers.customer_hash,
        timed.client,
        timed.service,
        {{ contract_of('timed.client', 'timed.service') }} as contract,
        timed.team,
        agents.agent,
        timed.channel,
        timed.request_type,
        request_types.request_value,
        timed.complexity,
        timed.priority,
        customers.segment,
        customers.country,
        coalesce(day_types.day_type, 'regular') as day_type,
        timed.status,
        timed.is_counted,
        timed.created_on,
        timed.created_at,
        timed.answered_at as first_response_at,
        timed.solved_at as resolved_at,
        {{ local_date('timed.solved_at') }} as resolved_on,
        timed.closed_at,
        timed.has_events,
        {{ never_negative('timed.response_seconds') }} as first_response_seconds,
        {{ never_negative('timed.resolution_seconds') }} as resolution_seconds,
        timed.status in ('resolved', 'closed') as is_resolved,
        timed.reopen_count > 0 as is_reopened,
        timed.solved_at is not null and timed.has_events
        and timed.agent_messages = 1 and timed.reopen_count = 0 as is_one_touch
    from timed
    left join customers
        on timed.customer_id = customers.customer_id
    left join agents
        on timed.agent_id = agents.agent_id
    left join request_types
        on timed.request_type = request_types.request_type
    left join day_types
        on timed.created_on = day_types.date_on
)

select * from judged
