-- In with the first period, out with the one after the last: their sum so far is who is there.
with stays as (
    select * from {{ ref('int_customer_stays') }}
),

days as (
    select * from {{ ref('dim_days') }}
),

turns as (
    select
        grain,
        first_period as period_start,
        segment,
        country,
        1 as turned
    from stays
    union all
    select
        grain,
        {{ period_end('grain', 'last_period') }} as period_start,
        segment,
        country,
        -1 as turned
    from stays
),

cells as (
    select distinct
        grain,
        segment,
        country
    from turns
),

grained_days as (
    {{ at_every_grain('days', 'date_on') }}
),

padded as (
    select
        *,
        0 as is_period
    from turns
    union all
    select distinct
        grained_days.grain,
        grained_days.period_start,
        cells.segment,
        cells.country,
        0 as turned,
        1 as is_period
    from grained_days
    inner join cells
        on grained_days.grain = cells.grain
),

counted as (
    select
        grain,
        period_start,
        segment,
        country,
        max(is_period) as is_period,
        sum(sum(turned)) over (
            partition by grain, segment, country order by period_start
        ) as customer_count
    from padded
    group by grain, period_start, segment, country
),

present as (
    select
        grain,
        period_start,
        segment,
        country,
        customer_count
    from counted
    where is_period = 1 and customer_count > 0
)

select * from present
