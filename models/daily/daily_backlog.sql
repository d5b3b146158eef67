-- A stock: what opened less what closed, summed up over the days since a cell's first ticket. Only
-- that first day comes from a ticket; the days after it are there with or without one.
with spans as (
    select * from {{ ref('int_ticket_spans') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
    where is_counted
),

days as (
    select * from {{ ref('dim_days') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

turns as (
    select
        _source,
        ticket_id,
        open_from as date_on,
        1 as opened
    from spans
    union all
    select
        _source,
        ticket_id,
        open_until as date_on,
        -1 as opened
    from spans
    where open_until is not null
    union all
    select
        _source,
        ticket_id,
        created_on as date_on,
        0 as opened
    from tickets
),

dated as (
    select
        tickets.*,
        turns.date_on,
        turns.opened
    from turns
    inner join tickets
        on
            turns._source = tickets._source
            and turns.ticket_id = tickets.ticket_id
),

{{ grouped_by_dimension(
    'dated', ['date_on'], stock_dimensions(), {'turned_count': 'sum(opened)'}
) }},

cells as (
    select
        dimension,
        dimension_value,
        min(date_on) as first_on
    from grouped
    group by dimension, dimension_value
),

padded as (
    select
        days.date_on,
        cells.dimension,
        cells.dimension_value,
        coalesce(grouped.turned_count, 0) as turned_count
    from cells
    cross join now
    inner join days
        on days.date_on between cells.first_on and now.as_of_on
    left join grouped
        on
            cells.dimension = grouped.dimension
            and cells.dimension_value = grouped.dimension_value
            and days.date_on = grouped.date_on
),

stocked as (
    select
        date_on,
        dimension,
        dimension_value,
        cast(
            sum(turned_count) over (
                partition by dimension, dimension_value order by date_on
                rows between unbounded preceding and current row
            ) as bigint
        ) as open_count
    from padded
)

select * from stocked
