-- What did the promotion days do to the service? (S2) Days of each type side by side. daily_calls
-- holds sums, so the KPIs of any set of days are one division of totals, never a mean of means.
-- Read it so: hold each column of `promotion` against `regular`; what got worse is its price.
with days as (
    select * from {{ ref('daily_calls') }}
    where dimension = 'day_type'
),

day_types as (
    select
        dimension_value as day_type,
        count(*) as day_count,
        {{ divide('sum(offered_count)', 'count(*)') }} as offered_calls_a_day,
        {{ divide('sum(service_level_met_count)', 'sum(service_level_judged_count)') }}
            as service_level,
        {{ divide('sum(abandoned_count)', 'sum(inbound_count)') }} as abandon_rate,
        {{ divide('sum(handle_seconds)', 'sum(answered_count)') }} as average_handle_time,
        {{ divide('sum(solved_issue_count)', 'sum(issue_count)') }} as first_call_resolution
    from days
    group by dimension_value
)

select * from day_types
order by day_type
