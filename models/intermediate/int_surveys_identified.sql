-- Who was asked: the customer that the invitation names, else the one of the call, ticket or order
-- that it is about.
with surveys as (
    select * from {{ touched(ref('stg_surveys')) }}
),

calls as (
    select * from {{ ref('int_surveyed_calls') }}
),

tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
),

orders as (
    select * from {{ touched(ref('stg_orders')) }}
),

references_to_tickets as (
    {{ referred_source(
        touched(ref('stg_surveys')), 'ticket_id', touched(ref('stg_tickets')), 'ticket_id'
    ) }}
),

-- Few tickets and orders are asked about: those first, as all of them are too many to look up.
surveyed_tickets as (
    select
        references_to_tickets._source,
        references_to_tickets.ticket_id,
        references_to_tickets.referred_source,
        tickets.customer_id
    from references_to_tickets
    inner join tickets
        on
            references_to_tickets.referred_source = tickets._source
            and references_to_tickets.ticket_id = tickets.ticket_id
),

surveyed_orders as (
    select
        orders.order_id,
        orders.customer_id
    from (select distinct order_id from surveys) as surveyed
    inner join orders
        on surveyed.order_id = orders.order_id
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
        calls.call_source,
        tickets.referred_source as ticket_source,
        coalesce(
            surveys.customer_id, calls.customer_id, tickets.customer_id, orders.customer_id
        ) as customer_id
    from surveys
    left join calls
        on
            surveys._source = calls._source
            and surveys.call_id = calls.call_id
    left join surveyed_tickets as tickets
        on
            surveys._source = tickets._source
            and surveys.ticket_id = tickets.ticket_id
    left join surveyed_orders as orders
        on surveys.order_id = orders.order_id
)

select * from identified
