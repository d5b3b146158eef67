-- A stock: who became an advocate less who ceased to be one, summed up over the days since a cell's
-- first praise of either kind.
with spans as (
    select * from {{ ref('int_advocate_spans') }}
),

praise as (
    select * from {{ ref('int_praise') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

days as (
    select * from {{ ref('dim_days') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

turns as (
    select
        customer_hash,
        praised_on as date_on,
        0 as gained
    from praise
    union all
    select
        customer_hash,
        advocate_from as date_on,
        1 as gained
    from spans
    union all
    select
        customer_hash,
        advocate_until as date_on,
        -1 as gained
    from spans
),

dated as (
    select
        turns.date_on,
        turns.gained,
        customers.segment,
        customers.country
    from turns
    inner join customers
        on turns.customer_hash = customers.customer_hash
),

{{ grouped_by_dimension(
    'dated', ['date_on'], customer_dimensions(), {'gained_count': 'sum(gained)'}
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
        coalesce(grouped.gained_count, 0) as gained_count
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
            sum(gained_count) over (
                partition by dimension, dimension_value order by date_on
                rows between unbounded preceding and current row
            ) as bigint
        ) as advocate_count
    from padded
)

select * from stocked
