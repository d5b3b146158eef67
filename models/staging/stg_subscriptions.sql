with subscriptions as (
    select * from {{ source('raw', 'subscriptions') }}
),

cleaned as (
    select
        _source,
        subscription_id,
        term_number,
        customer_id,
        {{ clean_code('plan') }} as plan,
        starts_on,
        ends_on,
        cancelled_on,
        case when cancelled_on < ends_on then cancelled_on else ends_on end as ended_on,
        amount
    from subscriptions
)

select * from cleaned
