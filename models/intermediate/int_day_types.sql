-- A holiday on which a promotion runs is a holiday: the shop is busy, the service is not.
with calendar_days as (
    select * from {{ ref('calendar_days') }}
    where day_type is not null
),

typed as (
    select
        date_on,
        max(day_type) as day_type,
        min(name) as day_name
    from calendar_days
    group by date_on
)

select * from typed
