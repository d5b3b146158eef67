-- A holiday on which a promotion runs is a holiday: the shop is busy, the service is not.
with calendar_days as (
    select * from {{ ref('calendar_days') }}
    where day_type is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by date_on
            order by {{ byte_order('day_type') }} desc, {{ byte_order('name') }} asc
        ) as precedence
    from calendar_days
),

typed as (
    select
        date_on,
        day_type,
        name as day_name
    from ranked
    where precedence = 1
)

select * from typed
