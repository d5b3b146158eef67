-- The most specific promise holds: of the channel and type, of the channel, of the type, of any.
with tickets as (
    select * from {{ ref('stg_tickets') }}
),

promises as (
    select * from {{ ref('response_promises') }}
),

told as (
    select * from {{ ref('int_tickets_told') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

ranked as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.created_at,
        promises.promise_seconds,
        row_number() over (
            partition by tickets._source, tickets.ticket_id
            order by
                case
                    when promises.channel is not null and promises.request_type is not null then 1
                    when promises.channel is not null then 2
                    when promises.request_type is not null then 3
                    else 4
                end,
                promises.promise_seconds
        ) as specificity
    from tickets
    inner join promises
        on
            (promises.channel is null or tickets.channel = promises.channel)
            and (promises.request_type is null or tickets.request_type = promises.request_type)
),

promised as (
    select
        _source,
        ticket_id,
        promise_seconds,
        {{ seconds_after('created_at', 'promise_seconds') }} as promised_by
    from ranked
    where specificity = 1
),

judged as (
    select
        promised.*,
        case
            when told.first_response_seconds is not null
                then told.first_response_at <= promised.promised_by
            when told.first_response_at is null and promised.promised_by <= now.as_of then false
        end as is_answered_in_time
    from promised
    cross join now
    inner join told
        on
            promised._source = told._source
            and promised.ticket_id = told.ticket_id
)

select * from judged
