{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'ticket_id'],
    meta={'touched_by': {'kind': "'ticket'", 'id': 'ticket_id'}},
) }}

with tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
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

open_time as (
    select * from {{ ref('int_tickets_open_time') }}
),

promises as (
    select * from {{ ref('int_ticket_promises') }}
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
        told.first_response_at,
        told.resolved_at,
        {{ local_date('told.resolved_at') }} as resolved_on,
        case
            when told.resolved_at is not null then coalesce(resolution_days.day_type, 'regular')
        end as resolution_day_type,
        tickets.closed_at,
        told.has_events,
        told.first_response_seconds,
        told.resolution_seconds,
        open_time.first_response_open_seconds,
        open_time.resolution_open_seconds,
        promises.promised_by as matures_at,
        promises.is_answered_in_time,
        tickets.status in ('resolved', 'closed') as is_resolved,
        told.is_reopened,
        told.is_one_touch
    from tickets
    inner join told
        on
            tickets._source = told._source
            and tickets.ticket_id = told.ticket_id
    left join open_time
        on
            tickets._source = open_time._source
            and tickets.ticket_id = open_time.ticket_id
    left join promises
        on
            tickets._source = promises._source
            and tickets.ticket_id = promises.ticket_id
    left join customers
        on tickets.customer_id = customers.customer_id
    left join agents
        on tickets.agent_id = agents.agent_id
    left join request_types
        on tickets.request_type = request_types.request_type
    left join day_types
        on tickets.created_on = day_types.date_on
    left join day_types as resolution_days
        on {{ local_date('told.resolved_at') }} = resolution_days.date_on
)

select * from judged
