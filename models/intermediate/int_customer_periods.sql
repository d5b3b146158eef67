-- Months, quarters and years from the first active day of anybody to as_of's day.
with numbers as (
    {{ numbers() }}
),

spans as (
    select * from {{ ref('int_customers_active') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

first_month as (
    select {{ period_start('month', 'min(active_from)') }} as month_on from spans
),

months as (
    select
        cast({{ dbt.dateadd('month', 'numbers.number', 'first_month.month_on') }} as date)
            as month_on
    from first_month
    cross join numbers
    cross join now
    where
        numbers.number <= {{ dbt.datediff('first_month.month_on', 'now.as_of_on', 'month') }}
),

starts as (
    {% for grain in ['month', 'quarter', 'year'] %}
        select distinct
            '{{ grain }}' as grain,
            {{ period_start(grain, 'month_on') }} as period_start
        from months
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

periods as (
    select
        starts.grain,
        starts.period_start,
        case
            when {{ period_end('starts.grain', 'starts.period_start') }} <= now.as_of_on
                then {{ period_end('starts.grain', 'starts.period_start') }}
            else cast({{ dbt.dateadd('day', 1, 'now.as_of_on') }} as date)
        end as closes_on
    from starts
    cross join now
)

select * from periods
