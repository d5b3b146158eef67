{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'ticket_id'],
    meta={'touched_by': {'kind': "'ticket'", 'id': 'ticket_id'}},
) }}

with tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
),

timed as (
    select * from {{ ref('int_tickets_timed') }}
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

judged as (
    select
        tickets._source,
        tickets.ticket_id,
        customers.customer_hash,
        tickets.client,
        tickets.service,
        {{ contract_of('tickets.client', 'tickets.service') }} as contract,
        tickets.team,
        agents.agent,
        tickets.channel,
        tickets.request_type,
        request_types.request_value,
        tickets.complexity,
        tickets.priority,
        customers.segment,
        customers.country,
        coalesce(day_types.day_type, 'regular') as day_type,
        tickets.status,
        tickets.is_counted,
        tickets.created_on,
        tickets.created_at,
        timed.first_response_at,
        timed.resolved_at,
        timed.resolved_on,
        case
            when timed.resolved_on is not null then coalesce(resolution_days.day_type, 'regular')
        end as resolution_day_type,
        tickets.closed_at,
        timed.has_events,
        timed.first_response_seconds,
        timed.resolution_seconds,
        timed.first_response_open_seconds,
        timed.resolution_open_seconds,
        timed.promised_by as matures_at,
        timed.is_answered_in_time,
        tickets.status in ('resolved', 'closed') as is_resolved,
        timed.is_reopened,
        timed.is_one_touch
    from tickets
    inner join timed
        on
            tickets._source = timed._source
            and tickets.ticket_id = timed.ticket_id
    left join customers
        on tickets.customer_id = customers.customer_id
    left join agents
        on tickets.agent_id = agents.agent_id
    left join request_types
        on tickets.request_type = request_types.request_type
    left join day_types
        on tickets.created_on = day_types.date_on
    left join day_types as resolution_days
        on timed.resolved_on = resolution_days.date_on
)

select * from judged
