-- Opening hours as wall-clock times. Each day starts with an empty interval at midnight, so that
-- every instant of a day has an interval that began before it.
with days as (
    select * from {{ ref('int_schedule_days') }}
),

business_hours as (
    select * from {{ ref('business_hours') }}
),

hours as (
    select
        days.schedule,
        days.timezone,
        days.date_on,
        business_hours.opens,
        business_hours.closes
    from days
    inner join business_hours
        on
            days.schedule = business_hours.schedule
            and {{ iso_weekday('days.date_on') }} = business_hours.weekday
    where not days.is_special
    union all
    select
        schedule,
        timezone,
        date_on,
        opens,
        closes
    from days
    where is_special and not is_closed
    union all
    select
        schedule,
        timezone,
        date_on,
        '00:00' as opens,
        '00:00' as closes
    from days
),

told as (
    select
        schedule,
        timezone,
        date_on,
        {{ wall_clock('date_on', 'opens') }} as opens_local,
        {{ wall_clock('date_on', 'closes') }} as closes_local
    from hours
)

select * from told
