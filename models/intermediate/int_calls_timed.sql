{{ config(materialized='view') }}

-- Where a call went and how long each part of it took, before any promise is held against it.
with calls as (
    select
        *,
        direction = 'inbound' as is_inbound,
        answered_at is not null as is_answered,
        direction = 'inbound' and callback_requested_at is not null as is_callback_asked,
        coalesce(queued_at, case when answered_at is not null then started_at end) as waiting_since,
        {{ seconds_between('answered_at', 'ended_at') }} as connected_seconds,
        {{ seconds_between('ended_at', 'case_closed_at') }} as closure_seconds
    from {{ ref('int_calls_identified') }}
),

timed as (
    select
        _source,
        call_id,
        direction,
        client,
        service,
        queue,
        agent_id,
        reason,
        started_on,
        started_at,
        queued_at,
        answered_at,
        ended_at,
        transfers,
        ticket_id,
        is_resolved,
        customer_hash,
        segment,
        country,
        caller_hash,
        is_inbound,
        is_answered,
        is_callback_asked,
        is_inbound and waiting_since is not null as is_offered,
        is_inbound and not is_answered and not is_callback_asked and queued_at is not null
            as is_abandoned_in_queue,
        is_inbound and not is_answered and not is_callback_asked and queued_at is null
            as is_abandoned_in_ivr,
        case
            when is_inbound
                then {{ seconds_between('waiting_since', 'coalesce(answered_at, ended_at)') }}
        end as wait_seconds,
        case when is_answered then cast(hold_seconds as {{ type_double() }}) end as hold_seconds,
        case when is_answered then cast(wrap_up_seconds as {{ type_double() }}) end
            as wrap_up_seconds,
        connected_seconds - hold_seconds as talk_seconds,
        connected_seconds + wrap_up_seconds as handle_seconds,
        -- A file closed while they still spoke kept nobody waiting; one closed before the call
        -- is a mistake.
        case
            when is_inbound and case_closed_at >= started_at then greatest(closure_seconds, 0)
        end as case_closure_delay_seconds
    from calls
)

select * from timed
