{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'ticket_id'],
    meta={'touched_by': {'kind': "'ticket'", 'id': 'ticket_id'}},
) }}

with tickets as (
    select * from {{ touched(ref('fct_tickets')) }}
    where is_counted and channel = 'email' and customer_hash is not null
),

calls as (
    select * from {{ touched(ref('fct_calls')) }}
    where is_inbound
),

now as (
    select * from {{ ref('int_as_of') }}
),

called as (
    select distinct
        tickets._source,
        tickets.ticket_id
    from tickets
    inner join calls
        on
            tickets.customer_hash = calls.customer_hash
            and tickets.created_at < calls.started_at
            and {{ days_after('tickets.created_at', 7) }} >= calls.started_at
            and (tickets.first_response_at is null or tickets.first_response_at > calls.started_at)
),

judged as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.customer_hash,
        tickets.client,
        tickets.service,
        tickets.contract,
        tickets.team,
        tickets.agent,
        tickets.request_type,
        tickets.request_value,
        tickets.complexity,
        tickets.priority,
        tickets.segment,
        tickets.country,
        tickets.day_type,
        tickets.created_on,
        tickets.created_at,
        tickets.first_response_at,
        {{ days_after('tickets.created_at', 7) }} as matures_at,
        case when tickets.first_response_seconds <= 86400 then 'yes' else 'no' end
            as answered_within_24h,
        case
            when {{ days_after('tickets.created_at', 7) }} <= now.as_of
                then called.ticket_id is not null
        end as is_followed_by_call
    from tickets
    cross join now
    left join called
        on
            tickets._source = called._source
            and tickets.ticket_id = called.ticket_id
)

select * from judged
