-- Every schedule's days from the first instant of a ticket to the last, with one to spare at each
-- end: they are local to the schedule's own time zone.
with numbers as (
    {{ numbers() }}
),

schedules as (
    select distinct
        schedule,
        timezone
    from {{ ref('business_hours') }}
),

tickets as (
    select * from {{ ref('int_ticket_schedules') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
    where is_closed or opens is not null
),

bounds as (
    select
        cast(min(created_at) as date) as first_on,
        cast(greatest(max(created_at), max(first_response_at), max(resolved_at)) as date) as last_on
    from tickets
),

days as (
    select
        schedules.schedule,
        schedules.timezone,
        cast({{ dbt.dateadd('day', 'numbers.number - 1', 'bounds.first_on') }} as date)
            as date_on
    from bounds
    inner join numbers
        on numbers.number - 2 <= {{ dbt.datediff('bounds.first_on', 'bounds.last_on', 'day') }}
    cross join schedules
),

-- What is said of one schedule wins over what is said of every one.
special as (
    select
        days.schedule,
        days.timezone,
        days.date_on,
        coalesce(own.date_on, shared.date_on) is not null as is_special,
        coalesce(
            case when own.date_on is null then shared.is_closed else own.is_closed end, false
        ) as is_closed,
        case when own.date_on is null then shared.opens else own.opens end as opens,
        case when own.date_on is null then shared.closes else own.closes end as closes
    from days
    left join calendar_days as own
        on
            days.date_on = own.date_on
            and days.schedule = own.schedule
    left join calendar_days as shared
        on
            days.date_on = shared.date_on
            and shared.schedule is null
)

select * from special
