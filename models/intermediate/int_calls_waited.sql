{{ config(materialized='view') }}

{% set formula = service_level_formula() %}

with calls as (
    select * from {{ ref('int_calls_timed') }}
),

judged as (
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
        is_offered,
        is_abandoned_in_queue,
        is_abandoned_in_ivr,
        wait_seconds,
        hold_seconds,
        wrap_up_seconds,
        talk_seconds,
        handle_seconds,
        case_closure_delay_seconds,
        is_abandoned_in_queue or is_abandoned_in_ivr as is_abandoned,
        {{ is_short_abandon() }} as is_short_abandon,
        case
            when {{ var('exclude_short_abandons') }} and {{ is_short_abandon() }} then null
            when is_offered then is_abandoned_in_queue
        end as is_lost_in_queue,
        is_inbound and is_answered
        and wait_seconds <= {{ var('answer_threshold_seconds') }} as is_answered_in_threshold,
        case
            when {{ formula.left_out }} then null
            when is_inbound and (is_answered or is_abandoned_in_queue) then {{ formula.met }}
        end as is_service_level_met
    from calls
)

select * from judged
