-- Midnights see a buyer from the day after an order on; here the day of the order has its part.
with spans as (
    select * from {{ ref('int_customers_active') }}
),

subscribers as (
    select distinct customer_id from {{ ref('stg_subscriptions') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

dated as (
    select
        spans.customer_id,
        case
            when subscribers.customer_id is null
                then cast({{ dbt.dateadd('day', -1, 'spans.active_from') }} as date)
            else spans.active_from
        end as first_on,
        cast({{ dbt.dateadd('day', -1, 'spans.active_until') }} as date) as last_on
    from spans
    left join subscribers
        on spans.customer_id = subscribers.customer_id
),

seen as (
    select
        dated.customer_id,
        dated.first_on,
        least(dated.last_on, now.as_of_on) as last_on
    from dated
    inner join now
        on dated.first_on <= now.as_of_on
)

select * from seen
