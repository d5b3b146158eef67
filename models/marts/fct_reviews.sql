{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'review_id'],
    meta={'touched_by': {'kind': "'review'", 'id': 'review_id'}},
) }}

with reviews as (
    select * from {{ touched(ref('stg_reviews')) }}
),

orders as (
    select * from {{ touched(ref('stg_orders')) }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

day_types as (
    select * from {{ ref('int_day_types') }}
),

judged as (
    select
        reviews._source,
        reviews.review_id,
        reviews.kind,
        customers.customer_hash,
        reviews.order_id,
        reviews.product_id,
        reviews.platform,
        customers.segment,
        customers.country,
        reviews.rating,
        reviews.posted_at,
        reviews.posted_on,
        reviews.removed_at,
        coalesce(day_types.day_type, 'regular') as day_type,
        reviews.removed_at is not null as is_removed,
        case when reviews.removed_at is null then reviews.rating >= 4 end as is_positive,
        case when reviews.removed_at is null then reviews.rating <= 2 end as is_negative,
        case
            when reviews.removed_at is not null then false
            when reviews.kind = 'referral' then true
            when reviews.kind = 'social_post' then coalesce(reviews.rating >= 4, true)
            else coalesce(reviews.rating >= 4, false)
        end as is_positive_voice
    from reviews
    left join orders
        on reviews.order_id = orders.order_id
    left join customers
        on coalesce(reviews.customer_id, orders.customer_id) = customers.customer_id
    left join day_types
        on reviews.posted_on = day_types.date_on
)

select * from judged
