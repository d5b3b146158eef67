{#
  CTEs that sum up what came in less what went out to a stock of each day, by dimension, from a cell's first row to
  as_of, days without a row too. The last, `stocked`, has date_on, dimension, dimension_value and the stock.

  turns: a CTE with date_on, the dimensions and `turned`: 1 in, -1 out, 0 where a cell shall only begin; stock: the
  name of the sum; days, now: dim_days and int_as_of.
#}
{% macro stocked_by_day(turns, dimensions, stock, days, now) -%}
{{ grouped_by_dimension(turns, ['date_on'], dimensions, {'turned_count': 'sum(turned)'}) }},

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
    cross join {{ now }} as now
    inner join {{ days }} as days
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
        ) as {{ stock }}
    from padded
)
{%- endmacro %}
