{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'ticket_id', 'open_from'],
    meta={'touched_by': {'kind': "'ticket'", 'id': 'ticket_id'}},
) }}

-- With events, the state after a day's last of them tells; without, a ticket is open until the
-- earlier of its resolution and its closing. A ticket that opens and closes on one day is in no
-- day's stock.
with tickets as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.created_on,
        case
            when not told.has_events
                then {{ local_date('least(tickets.resolved_at, tickets.closed_at)') }}
        end as left_on
    from {{ touched(ref('stg_tickets')) }} as tickets
    inner join {{ ref('int_tickets_told') }} as told
        on
            tickets._source = told._source
            and tickets.ticket_id = told.ticket_id
    where tickets.is_counted
),

events as (
    select * from {{ touched(ref('fct_ticket_events')) }}
    where ticket_source is not null and event in ('resolved', 'closed', 'reopened')
),

turned as (
    select
        ticket_source,
        ticket_id,
        min(occurred_on) as first_turned_on,
        count(*) filter (where event = 'reopened') > 0 as is_reopened
    from events
    group by ticket_source, ticket_id
),

first_spans as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.created_on as open_from,
        coalesce(turned.first_turned_on, tickets.left_on) as open_until,
        coalesce(turned.is_reopened, false) as is_reopened
    from tickets
    left join turned
        on
            tickets._source = turned.ticket_source
            and tickets.ticket_id = turned.ticket_id
),

-- The few that were opened again have a span more for each reopening that ends a day.
turns as (
    select
        first_spans._source,
        first_spans.ticket_id,
        events.occurred_on as open_from,
        events.event = 'reopened' as is_open,
        lead(events.occurred_on) over (
            partition by first_spans._source, first_spans.ticket_id
            order by events.occurred_at, {{ byte_order('events._source', 'events.event_id') }}
        ) as open_until
    from first_spans
    inner join events
        on
            first_spans._source = events.ticket_source
            and first_spans.ticket_id = events.ticket_id
    where first_spans.is_reopened
),

spans as (
    select
        _source,
        ticket_id,
        open_from,
        open_until
    from first_spans
    union all
    select
        _source,
        ticket_id,
        open_from,
        open_until
    from turns
    where is_open
)

select * from spans
where open_until is null or open_until > open_from
