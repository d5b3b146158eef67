{% set measures = {
    'inbound_count': 'count(*)',
    'abandoned_count': count_where('is_abandoned'),
    'offered_count': count_where('is_offered'),
    'service_level_judged_count': count_where('is_service_level_met is not null'),
    'service_level_met_count': count_where('is_service_level_met'),
    'offered_wait_seconds': sum_where('wait_seconds', 'is_offered'),
} %}
{% set told_apart_by = 'started_on, weekday, hour_of_day, client, service, contract' %}

-- When do people call, and when do they wait (S2, S4)? A week has each hour of the week but once,
-- which is no habit yet, so the shortest period is the month.
with calls as (
    select
        *,
        {{ iso_weekday('started_on') }} as weekday,
        cast(extract(hour from {{ local_timestamp('started_at') }}) as bigint) as hour_of_day
    from {{ ref('fct_calls') }}
    where is_inbound
),

span as (
    select
        min(started_on) as first_on,
        max(started_on) as last_on
    from calls
),

days_with_calls as (
    select
        every_day.date_on,
        every_day.weekday
    from {{ ref('dim_days') }} as every_day
    inner join span
        on every_day.date_on between span.first_on and span.last_on
),

grained_days as (
    {{ at_every_grain('days_with_calls', 'date_on') }}
),

weekdays as (
    select
        grain,
        period_start,
        weekday,
        count(*) as day_count
    from grained_days
    group by grain, period_start, weekday
),

hours as (
    select
        {% for name, aggregate in measures.items() %}
            {{ measure(name, aggregate) }} as {{ name }},
        {% endfor %}
        {{ told_apart_by }}
    from calls
    group by {{ told_apart_by }}
),

grained_hours as (
    {{ at_every_grain('hours', 'started_on', of=['month', 'quarter', 'year']) }}
),

{{ grouped_by_dimension(
    'grained_hours',
    ['grain', 'period_start', 'weekday', 'hour_of_day'],
    ['client', 'service', 'contract'],
    sums_of(measures),
) }},

divided as (
    select
        grouped.grain,
        grouped.period_start,
        grouped.dimension,
        grouped.dimension_value,
        grouped.weekday,
        grouped.hour_of_day,
        weekdays.day_count,
        {% for name in measures %}
            grouped.{{ name }},
        {% endfor %}
        {{ divide('grouped.inbound_count', 'weekdays.day_count') }} as calls_per_day,
        {{ divide('grouped.abandoned_count', 'grouped.inbound_count') }} as abandon_rate,
        {{ divide('grouped.service_level_met_count', 'grouped.service_level_judged_count') }}
            as service_level,
        {{ divide('grouped.offered_wait_seconds', 'grouped.offered_count') }} as average_wait_time
    from grouped
    inner join weekdays
        on
            grouped.grain = weekdays.grain
            and grouped.period_start = weekdays.period_start
            and grouped.weekday = weekdays.weekday
)

select * from divided
