-- What opened less what closed. Only a cell's first day comes from a ticket; the days after it are
-- there with or without one.
with spans as (
    select * from {{ ref('int_ticket_spans') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
    where is_counted
),

turns as (
    select
        _source,
        ticket_id,
        open_from as date_on,
        1 as turned
    from spans
    union all
    select
        _source,
        ticket_id,
        open_until as date_on,
        -1 as turned
    from spans
    where open_until is not null
    union all
    select
        _source,
        ticket_id,
        created_on as date_on,
        0 as turned
    from tickets
),

dated as (
    select
        tickets.*,
        turns.date_on,
        turns.turned
    from turns
    inner join tickets
        on
            turns._source = tickets._source
            and turns.ticket_id = tickets.ticket_id
),

{{ stocked_by_day(
    'dated', stock_dimensions(), 'open_count', days=ref('dim_days'), now=ref('int_as_of')
) }}

select * from stocked
