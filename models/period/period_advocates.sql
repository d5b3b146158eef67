-- The stock of a period is that of its last day; of the current one, of as_of's day.
with advocates as (
    select * from {{ ref('daily_advocates') }}
),

grained as (
    {{ at_every_grain('advocates', 'date_on') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by grain, period_start, dimension, dimension_value order by date_on desc
        ) as recency
    from grained
),

closing as (
    select
        grain,
        period_start,
        dimension,
        dimension_value,
        advocate_count
    from ranked
    where recency = 1
)

select * from closing
