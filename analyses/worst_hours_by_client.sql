-- When does each client's telephone let callers wait? (S4) The five weakest hours of its week.
-- Read it so: an hour that comes back every week (1 = Monday) is a matter of planning, not of luck.
-- A verdict averages to the KPI, so any cut of fct_calls that kpi_values doesn't hold is one query.
with calls as (
    select
        *,
        {{ iso_weekday('started_on') }} as weekday,
        cast(extract(hour from {{ local_timestamp('started_at') }}) as integer) as local_hour
    from {{ ref('fct_calls') }}
    where is_service_level_met is not null
),

hours as (
    select
        client,
        weekday,
        local_hour,
        count(*) as calls,
        avg(case when is_service_level_met then 1.0 else 0.0 end) as service_level,
        avg(wait_seconds) as average_wait_seconds
    from calls
    group by client, weekday, local_hour
),

-- An hour that saw a handful of calls in the whole time says nothing.
ranked as (
    select
        *,
        row_number() over (
            partition by client order by service_level, weekday, local_hour
        ) as weakness
    from hours
    where calls >= 30
)

select * from ranked
where weakness <= 5
order by client, weakness
