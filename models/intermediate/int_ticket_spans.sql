-- With events, the state after a day's last of them tells; without, a ticket is open until the
-- earlier of its resolution and its closing. A ticket that opens and closes on one day is in no
-- day's stock.
with tickets as (
    select * from {{ ref('stg_tickets') }}
    where is_counted
),

told as (
    select * from {{ ref('int_tickets_told') }}
),

events as (
    select * from {{ ref('fct_ticket_events') }}
    where event in ('resolved', 'closed', 'reopened')
),

turns as (
    select
        _source,
        ticket_id,
        created_on as turned_on,
        1 as turn_rank,
        created_at as turned_at,
        '' as tie,
        true as is_open
    from tickets
    union all
    select
        ticket_source as _source,
        ticket_id,
        occurred_on as turned_on,
        2 as turn_rank,
        occurred_at as turned_at,
        _source || event_id as tie,
        event = 'reopened' as is_open
    from events
    where ticket_source is not null
    union all
    select
        tickets._source,
        tickets.ticket_id,
        {{ local_date('least(tickets.resolved_at, tickets.closed_at)') }} as turned_on,
        2 as turn_rank,
        least(tickets.resolved_at, tickets.closed_at) as turned_at,
        '' as tie,
        false as is_open
    from tickets
    inner join told
        on
            tickets._source = told._source
            and tickets.ticket_id = told.ticket_id
    where
        not told.has_events
        and least(tickets.resolved_at, tickets.closed_at) is not null
),

followed as (
    select
        turns._source,
        turns.ticket_id,
        turns.turned_on,
        turns.is_open,
        lead(turns.turned_on) over (
            partition by turns._source, turns.ticket_id
            order by turns.turn_rank, turns.turned_at, {{ byte_order('turns.tie') }}
        ) as next_turned_on
    from turns
    inner join tickets
        on
            turns._source = tickets._source
            and turns.ticket_id = tickets.ticket_id
),

spans as (
    select
        _source,
        ticket_id,
        turned_on as open_from,
        next_turned_on as open_until
    from followed
    where is_open and (next_turned_on is null or next_turned_on > turned_on)
)

select * from spans
