{{ config(materialized='view') }}

with calls as (
    select * from {{ touched(ref('stg_calls')) }}
),

phones as (
    select * from {{ touched(ref('stg_parties')) }}
    where kind = 'phone'
),

customers as (
    select * from {{ ref('int_customers') }}
),

-- The customer that the switch knew wins over the one that the number belongs to.
identified as (
    select
        calls._source,
        calls.call_id,
        calls.direction,
        calls.client,
        calls.service,
        calls.queue,
        calls.agent_id,
        calls.reason,
        calls.started_on,
        calls.started_at,
        calls.queued_at,
        calls.answered_at,
        calls.ended_at,
        calls.hold_seconds,
        calls.wrap_up_seconds,
        calls.case_closed_at,
        calls.transfers,
        calls.callback_requested_at,
        calls.ticket_id,
        calls.is_resolved,
        customers.customer_id,
        customers.customer_hash,
        customers.segment,
        customers.country,
        coalesce(customers.customer_hash, phones.caller_hash) as caller_hash
    from calls
    left join phones
        on
            calls._source = phones.source_name
            and calls.caller_number = phones.identifier
    left join customers
        on coalesce(calls.customer_id, phones.customer_id) = customers.customer_id
)

select * from identified
