{{ config(materialized='view') }}

-- The most specific promise holds: of the channel and type, of the channel, of the type, of any.
with tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
),

promises as (
    select
        channel,
        request_type,
        min(promise_seconds) as promise_seconds
    from {{ ref('response_promises') }}
    group by channel, request_type
),

told as (
    select * from {{ ref('int_tickets_told') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

of_channels as (
    select * from promises
    where channel is not null and request_type is null
),

of_types as (
    select * from promises
    where channel is null and request_type is not null
),

of_any as (
    select min(promise_seconds) as promise_seconds from promises
    where channel is null and request_type is null
),

promised as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.created_at,
        coalesce(
            of_both.promise_seconds,
            of_channels.promise_seconds,
            of_types.promise_seconds,
            of_any.promise_seconds
        ) as promise_seconds
    from tickets
    left join promises as of_both
        on
            tickets.channel = of_both.channel
            and tickets.request_type = of_both.request_type
    left join of_channels
        on tickets.channel = of_channels.channel
    left join of_types
        on tickets.request_type = of_types.request_type
    cross join of_any -- last: DuckDB tells of a view with a comma here, which binds less than joins
),

timed as (
    select
        _source,
        ticket_id,
        promise_seconds,
        {{ seconds_after('created_at', 'promise_seconds') }} as promised_by
    from promised
    where promise_seconds is not null
),

judged as (
    select
        timed.*,
        case
            when told.first_response_seconds is not null
                then told.first_response_at <= timed.promised_by
            when told.first_response_at is null and timed.promised_by <= now.as_of then false
        end as is_answered_in_time
    from timed
    inner join told
        on
            timed._source = told._source
            and timed.ticket_id = told.ticket_id
    cross join now
)

select * from judged
