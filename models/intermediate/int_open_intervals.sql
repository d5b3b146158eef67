-- The one table of business time. A ticket that stays open for years costs two look-ups in it, as
-- one open for an hour does: seconds open before an instant, at its start and at its end.
with hours as (
    select * from {{ ref('int_open_hours') }}
),

instants as (
    select
        schedule,
        {{ utc_timestamp('opens_local', 'timezone') }} as opens_at,
        {{ utc_timestamp('closes_local', 'timezone') }} as closes_at
    from hours
),

measured as (
    select
        *,
        {{ seconds_between('opens_at', 'closes_at') }} as open_seconds
    from instants
),

accumulated as (
    select
        schedule,
        opens_at,
        open_seconds,
        coalesce(
            lead(opens_at) over (partition by schedule order by opens_at, open_seconds),
            {{ days_after('opens_at', 2) }}
        ) as next_opens_at,
        sum(open_seconds) over (
            partition by schedule order by opens_at, open_seconds
            rows between unbounded preceding and current row
        ) - open_seconds as open_seconds_before
    from measured
)

select * from accumulated
