{{ config(materialized='view') }}

with tickets as (
    select * from {{ ref('int_ticket_schedules') }}
    where schedule is not null
),

intervals as (
    select * from {{ ref('int_open_intervals') }}
),

-- Looked up by the day in UTC: to find out the local one of each instant takes longer than all else
-- here.
days as (
    select
        intervals.*,
        cast({{ dbt.dateadd('day', 'digits.digit', 'intervals.opens_at') }} as date) as utc_on
    from intervals
    inner join {{ digits() }} as digits
        on
            digits.digit <= {{ dbt.datediff(
                'intervals.opens_at', 'intervals.next_opens_at', 'day'
            ) }}
),

-- By night, clocks that disagree are no open second apart; what came before the ticket took no time
-- all the same.
placed as (
    select
        tickets._source,
        tickets.ticket_id,
        created_at_days.open_seconds_before + least(
            created_at_days.open_seconds,
            {{ seconds_between('created_at_days.opens_at', 'tickets.created_at') }}
        ) as open_at_creation,
        first_response_at_days.open_seconds_before + least(
            first_response_at_days.open_seconds,
            {{ seconds_between('first_response_at_days.opens_at', 'tickets.first_response_at') }}
        ) as open_at_response,
        resolved_at_days.open_seconds_before + least(
            resolved_at_days.open_seconds,
            {{ seconds_between('resolved_at_days.opens_at', 'tickets.resolved_at') }}
        ) as open_at_resolution
    from tickets
    {% for instant in ['created_at', 'first_response_at', 'resolved_at'] %}
        left join days as {{ instant }}_days
            on
                tickets.schedule = {{ instant }}_days.schedule
                and case
                    when tickets.{{ instant }} >= tickets.created_at
                        then cast(tickets.{{ instant }} as date)
                end = {{ instant }}_days.utc_on
                and tickets.{{ instant }} >= {{ instant }}_days.opens_at
                and tickets.{{ instant }} < {{ instant }}_days.next_opens_at
    {% endfor %}
),

spent as (
    select
        _source,
        ticket_id,
        open_at_response - open_at_creation as first_response_open_seconds,
        open_at_resolution - open_at_creation as resolution_open_seconds
    from placed
)

select * from spent
