{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'contact_kind', 'contact_id'],
    meta={'touched_by': {'kind': 'contact_kind', 'id': 'contact_id'}},
) }}

-- A phone ticket that an inbound call points to is that call's contact, not another.
with calls as (
    select * from {{ touched(ref('fct_calls')) }}
    where is_inbound
),

tickets as (
    select * from {{ touched(ref('fct_tickets')) }}
    where is_counted
),

request_types as (
    select * from {{ ref('request_types') }}
),

references_to_tickets as (
    {{ referred_source(
        touched(ref('fct_calls')), 'ticket_id', touched(ref('fct_tickets')), 'ticket_id'
    ) }}
),

tickets_of_calls as (
    select distinct
        references_to_tickets.referred_source as _source,
        references_to_tickets.ticket_id
    from calls
    inner join references_to_tickets
        on
            calls._source = references_to_tickets._source
            and calls.ticket_id = references_to_tickets.ticket_id
),

contacts as (
    select
        _source,
        'call' as contact_kind,
        call_id as contact_id,
        caller_hash,
        customer_hash,
        client,
        service,
        contract,
        'phone' as channel,
        reason as request_type,
        segment,
        country,
        day_type,
        started_on as contacted_on,
        started_at as contacted_at,
        is_answered and coalesce(is_resolved, true) as is_resolved
    from calls
    union all
    select
        tickets._source,
        'ticket' as contact_kind,
        tickets.ticket_id as contact_id,
        tickets.customer_hash as caller_hash,
        tickets.customer_hash,
        tickets.client,
        tickets.service,
        tickets.contract,
        tickets.channel,
        tickets.request_type,
        tickets.segment,
        tickets.country,
        tickets.day_type,
        tickets.created_on as contacted_on,
        tickets.created_at as contacted_at,
        tickets.resolved_at is not null as is_resolved
    from tickets
    left join tickets_of_calls
        on
            tickets._source = tickets_of_calls._source
            and tickets.ticket_id = tickets_of_calls.ticket_id
    where
        tickets.channel is null
        or tickets.channel <> 'phone'
        or tickets_of_calls.ticket_id is null
),

judged as (
    select
        contacts.*,
        request_types.is_self_care,
        request_types.request_value = 'low' as is_low_value
    from contacts
    left join request_types
        on contacts.request_type = request_types.request_type
)

select * from judged
