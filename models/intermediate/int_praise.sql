-- What makes an advocate: a promoter score, and a word in public. After as_of neither is known yet.
with surveys as (
    select * from {{ ref('fct_surveys') }}
    where is_promoter_score and customer_hash is not null
),

reviews as (
    select * from {{ ref('fct_reviews') }}
    where is_positive_voice and customer_hash is not null
),

now as (
    select * from {{ ref('int_as_of') }}
),

praise as (
    select
        customer_hash,
        'promoter_score' as praise,
        responded_on as praised_on,
        responded_at as praised_at
    from surveys
    union all
    select
        customer_hash,
        'positive_voice' as praise,
        posted_on as praised_on,
        posted_at as praised_at
    from reviews
),

known as (
    select
        praise.customer_hash,
        praise.praise,
        praise.praised_on,
        cast({{ dbt.dateadd('day', 365, 'praise.praised_on') }} as date) as holds_until
    from praise
    inner join now
        on praise.praised_at <= now.as_of
)

select * from known
