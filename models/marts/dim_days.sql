-- From the first to the last day that any event is dated on, and to as_of's.
with numbers as (
    {{ numbers() }}
),

event_days as (
    select started_on as date_on from {{ ref('stg_calls') }}
    union
    select created_on as date_on from {{ ref('stg_tickets') }}
    union
    select posted_on as date_on from {{ ref('stg_reviews') }}
    union
    select ordered_on as date_on from {{ ref('stg_orders') }}
    union
    select sent_on as date_on from {{ ref('stg_surveys') }}
    union
    select responded_on as date_on from {{ ref('stg_surveys') }}
    union
    select starts_on as date_on from {{ ref('stg_subscriptions') }}
    union
    select as_of_on as date_on from {{ ref('int_as_of') }}
),

bounds as (
    select
        min(date_on) as first_on,
        max(date_on) as last_on
    from event_days
),

days as (
    select cast({{ dbt.dateadd('day', 'numbers.number', 'bounds.first_on') }} as date) as date_on
    from bounds
    inner join numbers
        on numbers.number <= {{ dbt.datediff('bounds.first_on', 'bounds.last_on', 'day') }}
),

day_types as (
    select * from {{ ref('int_day_types') }}
),

described as (
    select
        days.date_on,
        coalesce(day_types.day_type, 'regular') as day_type,
        day_types.day_name,
        {{ period_start('week', 'days.date_on') }} as week_start,
        {{ period_start('month', 'days.date_on') }} as month_start,
        {{ period_start('quarter', 'days.date_on') }} as quarter_start,
        {{ period_start('year', 'days.date_on') }} as year_start,
        {{ iso_weekday('days.date_on') }} as weekday
    from days
    left join day_types
        on days.date_on = day_types.date_on
)

select * from described
