-- Who was asked: the customer that the invitation names, else the one of the call, ticket or order
-- that it is about.
with surveys as (
    select * from {{ ref('stg_surveys') }}
),

calls as (
    select * from {{ ref('fct_calls') }}
),

tickets as (
    select * from {{ ref('stg_tickets') }}
),

orders as (
    select * from {{ ref('stg_orders') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

references_to_calls as (
    {{ referred_source(ref('stg_surveys'), 'call_id', ref('fct_calls'), 'call_id') }}
),

references_to_tickets as (
    {{ referred_source(ref('stg_surveys'), 'ticket_id', ref('stg_tickets'), 'ticket_id') }}
),

identified as (
    select
        surveys._source,
        surveys.survey_id,
        surveys.kind,
        surveys.client,
        surveys.channel,
        surveys.agent_id,
        surveys.call_id,
        surveys.ticket_id,
        surveys.order_id,
        surveys.sent_on,
        surveys.sent_at,
        surveys.responded_on,
        surveys.responded_at,
        surveys.score,
        surveys.scale_max,
        calls._source as call_source,
        tickets._source as ticket_source,
        coalesce(
            surveys.customer_id, callers.customer_id, tickets.customer_id, orders.customer_id
        ) as customer_id
    from surveys
    left join references_to_calls
        on
            surveys._source = references_to_calls._source
            and surveys.call_id = references_to_calls.call_id
    left join calls
        on
            references_to_calls.referred_source = calls._source
            and references_to_calls.call_id = calls.call_id
    left join customers as callers
        on calls.customer_hash = callers.customer_hash
    left join references_to_tickets
        on
            surveys._source = references_to_tickets._source
            and surveys.ticket_id = references_to_tickets.ticket_id
    left join tickets
        on
            references_to_tickets.referred_source = tickets._source
            and references_to_tickets.ticket_id = tickets.ticket_id
    left join orders
        on surveys.order_id = orders.order_id
)

select * from identified
