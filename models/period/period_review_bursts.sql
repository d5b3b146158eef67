with platform_days as (
    select * from {{ ref('mart_review_bursts') }}
),

cells as (
    select
        'day' as grain,
        posted_on as period_start,
        'platform' as dimension,
        platform as dimension_value,
        case when is_burst then 1 else 0 end as burst_count,
        case when is_burst is not null then 1 else 0 end as judged_count
    from platform_days
)

select * from cells
