-- Reviews that were taken down count here: a platform removes what is suspicious, and the burst
-- remains one.
with reviews as (
    select * from {{ ref('fct_reviews') }}
    where platform is not null
),

days as (
    select
        platform,
        posted_on,
        count(*) as review_count
    from reviews
    group by platform, posted_on
),

-- Days without reviews have no row and add nothing to a sum, so they count as the zeros they are.
before as (
    select
        platform,
        posted_on,
        review_count,
        posted_on >= {{ dbt.dateadd('day', 28, 'min(posted_on) over (partition by platform)') }}
            as is_judged,
        coalesce(sum(review_count) over four_weeks, 0) as review_count_before,
        coalesce(sum(review_count * review_count) over four_weeks, 0) as squares_before
    from days
    window
        four_weeks as (
            partition by platform order by posted_on
            range between interval '28' day preceding and interval '1' day preceding
        )
),

-- In whole numbers, so that equal days have no deviation at all.
spread as (
    select
        *,
        28 * squares_before - review_count_before * review_count_before as spread_before
    from before
),

measured as (
    select
        platform,
        posted_on,
        review_count,
        case when is_judged then {{ divide('review_count_before', 28) }} end as mean_before,
        case when is_judged then sqrt({{ divide('spread_before', 28 * 27) }}) end
            as deviation_before
    from spread
),

judged as (
    select
        platform,
        posted_on,
        review_count,
        mean_before,
        deviation_before,
        case
            when mean_before is not null
                then review_count >= 10 and review_count > mean_before + 3 * deviation_before
        end as is_burst
    from measured
)

select * from judged
