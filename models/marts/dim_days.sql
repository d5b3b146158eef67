-- From the first to the last day that any event is dated on, and to as_of's.
with numbers as (
    {{ numbers() }}
),

event_days as (
    {% for day, relation in [
        ('started_on', ref('stg_calls')),
        ('created_on', ref('stg_tickets')),
        ('posted_on', ref('stg_reviews')),
        ('ordered_on', ref('stg_orders')),
        ('sent_on', ref('stg_surveys')),
        ('responded_on', ref('stg_surveys')),
        ('starts_on', ref('stg_subscriptions')),
        ('as_of_on', ref('int_as_of')),
    ] %}
        select
            min({{ day }}) as first_on,
            max({{ day }}) as last_on
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

bounds as (
    select
        min(first_on) as first_on,
        max(last_on) as last_on
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
