with calls as (
    select * from {{ source('raw', 'calls') }}
),

cleaned as (
    select
        _source,
        call_id,
        direction,
        customer_id,
        caller_number,
        {{ clean_code('client') }} as client,
        {{ clean_code('service') }} as service,
        {{ clean_code('queue') }} as queue,
        {{ clean_code('agent_id') }} as agent_id,
        {{ clean_code('reason') }} as reason,
        started_at,
        queued_at,
        answered_at,
        ended_at,
        coalesce(hold_seconds, 0) as hold_seconds,
        coalesce(wrap_up_seconds, 0) as wrap_up_seconds,
        case_closed_at,
        coalesce(transfers, 0) as transfers,
        callback_requested_at,
        callback_of,
        ticket_id,
        is_resolved,
        {{ local_date('started_at') }} as started_on
    from calls
)

select * from cleaned
