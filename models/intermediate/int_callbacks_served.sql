with calls as (
    select * from {{ touched(ref('stg_calls')) }}
),

references_to_calls as (
    {{ referred_source(
        touched(ref('stg_calls')), 'callback_of', touched(ref('stg_calls')), 'call_id'
    ) }}
),

returns as (
    select
        calls.answered_at,
        calls._source as returning_source,
        calls.call_id as returning_call_id,
        references_to_calls.referred_source as _source,
        calls.callback_of as call_id
    from calls
    inner join references_to_calls
        on
            calls._source = references_to_calls._source
            and calls.callback_of = references_to_calls.callback_of
    where calls.direction = 'outbound' and calls.answered_at is not null
),

ranked as (
    select
        calls._source,
        calls.call_id,
        returns.answered_at as served_at,
        {{ seconds_between('calls.callback_requested_at', 'returns.answered_at') }}
            as delay_seconds,
        row_number() over (
            partition by calls._source, calls.call_id
            order by
                returns.answered_at,
                {{ byte_order('returns.returning_source', 'returns.returning_call_id') }}
        ) as serving_rank
    from calls
    inner join returns
        on
            calls._source = returns._source
            and calls.call_id = returns.call_id
    where calls.direction = 'inbound' and calls.callback_requested_at is not null
),

served as (
    select
        _source,
        call_id,
        served_at,
        {{ never_negative('delay_seconds') }} as callback_delay_seconds
    from ranked
    where serving_rank = 1
)

select * from served
