-- After which moments a customer is no fair judge (S3: mind when you ask). A new ticket weighs
-- until its first resolution: that it was opened again later is a moment of its own.
with calls as (
    select * from {{ touched(ref('fct_calls')) }}
    where is_abandoned
),

tickets as (
    select * from {{ touched(ref('fct_tickets')) }}
    where is_counted
),

events as (
    select * from {{ touched(ref('fct_ticket_events')) }}
),

reviews as (
    select * from {{ touched(ref('fct_reviews')) }}
    where is_negative
),

first_resolutions as (
    select
        ticket_source,
        ticket_id,
        min(occurred_at) as resolved_at
    from events
    where event = 'resolved'
    group by ticket_source, ticket_id
),

moments as (
    select
        customer_hash,
        'abandoned_call' as moment,
        ended_at as happened_at,
        cast(null as timestamp) as over_at
    from calls
    union all
    select
        tickets.customer_hash,
        'unresolved_ticket' as moment,
        tickets.created_at as happened_at,
        coalesce(first_resolutions.resolved_at, tickets.resolved_at) as over_at
    from tickets
    left join first_resolutions
        on
            tickets._source = first_resolutions.ticket_source
            and tickets.ticket_id = first_resolutions.ticket_id
    union all
    select
        tickets.customer_hash,
        'reopening' as moment,
        events.occurred_at as happened_at,
        cast(null as timestamp) as over_at
    from tickets
    inner join events
        on
            tickets._source = events.ticket_source
            and tickets.ticket_id = events.ticket_id
    where events.event = 'reopened'
    union all
    select
        customer_hash,
        'negative_review' as moment,
        posted_at as happened_at,
        cast(null as timestamp) as over_at
    from reviews
),

known as (
    select * from moments
    where customer_hash is not null
)

select * from known
