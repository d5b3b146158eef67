{{ config(materialized='view') }}

-- Each customer once in a period, however often active in it: a span that begins in the period in
-- which the customer's one before ended is a stay from the next period on, if it lasts so long.
with spans as (
    select * from {{ ref('int_customers_present') }}
),

customers as (
    select * from {{ ref('int_customers') }}
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
        grained.grain,
        grained.customer_id,
        customers.segment,
        customers.country,
        grained.last_period,
        case
            when grained.first_period = grained.last_period_before
                then {{ period_end('grained.grain', 'grained.first_period') }}
            else grained.first_period
        end as first_period
    from grained
    inner join customers
        on grained.customer_id = customers.customer_id
),

stays as (
    select * from apart
    where first_period <= last_period
)

select * from stays
