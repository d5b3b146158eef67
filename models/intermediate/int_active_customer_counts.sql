-- Each customer once in a period, however often active in it: a span that begins in the period in
-- which the customer's one before ended counts from the next period on.
with spans as (
    select * from {{ ref('int_customers_present') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

days as (
    select * from {{ ref('dim_days') }}
),

grained as (
    {% for grain in grains() %}
        select
            '{{ grain }}' as grain,
            customer_id,
            {{ period_start(grain, 'first_on') }} as first_period,
            {{ period_start(grain, 'last_on') }} as last_period,
            lag({{ period_start(grain, 'last_on') }}) over (
                partition by customer_id order by first_on
            ) as last_period_before
        from spans
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

apart as (
    select
        grain,
        customer_id,
        case
            when first_period = last_period_before
                then {{ period_end('grain', 'first_period') }}
            else first_period
        end as first_period,
        last_period
    from grained
),

alike as (
    select
        apart.grain,
        apart.first_period,
        apart.last_period,
        customers.segment,
        customers.country,
        count(*) as customer_count
    from apart
    inner join customers
        on apart.customer_id = customers.customer_id
    group by
        apart.grain, apart.first_period, apart.last_period, customers.segment, customers.country
),

grained_days as (
    {{ at_every_grain('days', 'date_on') }}
),

periods as (
    select distinct
        grain,
        period_start
    from grained_days
),

counted as (
    select
        periods.grain,
        periods.period_start,
        alike.segment,
        alike.country,
        sum(alike.customer_count) as customer_count
    from periods
    inner join alike
        on
            periods.grain = alike.grain
            and periods.period_start between alike.first_period and alike.last_period
    group by periods.grain, periods.period_start, alike.segment, alike.country
)

select * from counted
