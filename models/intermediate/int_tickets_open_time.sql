with tickets as (
    select * from {{ ref('int_ticket_schedules') }}
),

intervals as (
    select * from {{ ref('int_open_intervals') }}
),

-- By night, clocks that disagree are no open second apart; what came before the ticket took no time
-- all the same.
instants as (
    {% for instant in ['created_at', 'first_response_at', 'resolved_at'] %}
        select
            _source,
            ticket_id,
            schedule,
            '{{ instant }}' as instant,
            {{ instant }} as happened_at,
            {{ local_date(instant, 'timezone') }} as happened_on
        from tickets
        where {{ instant }} >= created_at and schedule is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

placed as (
    select
        instants._source,
        instants.ticket_id,
        instants.instant,
        intervals.open_seconds_before + least(
            intervals.open_seconds,
            {{ seconds_between('intervals.opens_at', 'instants.happened_at') }}
        ) as open_seconds_before
    from instants
    inner join intervals
        on
            instants.schedule = intervals.schedule
            and instants.happened_on = intervals.date_on
            and instants.happened_at >= intervals.opens_at
            and (
                instants.happened_at < intervals.next_opens_at or intervals.next_opens_at is null
            )
),

gathered as (
    select
        _source,
        ticket_id,
        max(case when instant = 'created_at' then open_seconds_before end) as at_creation,
        max(case when instant = 'first_response_at' then open_seconds_before end) as at_response,
        max(case when instant = 'resolved_at' then open_seconds_before end) as at_resolution
    from placed
    group by _source, ticket_id
),

spent as (
    select
        _source,
        ticket_id,
        at_response - at_creation as first_response_open_seconds,
        at_resolution - at_creation as resolution_open_seconds
    from gathered
)

select * from spent
