with reviews as (
    select * from {{ source('raw', 'reviews') }}
),

cleaned as (
    select
        _source,
        review_id,
        coalesce(kind, 'review') as kind,
        customer_id,
        order_id,
        product_id,
        {{ clean_code('platform') }} as platform,
        1 + 4 * ({{ divide('rating - 1', 'coalesce(rating_scale, 5) - 1') }}) as rating,
        posted_at,
        removed_at,
        {{ local_date('posted_at') }} as posted_on
    from reviews
)

select * from cleaned
