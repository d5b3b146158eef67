{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'call_id'],
    meta={'touched_by': {'kind': "'call'", 'id': 'call_id'}},
) }}

with calls as (
    select * from {{ ref('int_calls_waited') }}
),

repeated as (
    select * from {{ ref('int_calls_repeated') }}
),

served as (
    select * from {{ ref('int_callbacks_served') }}
),

agents as (
    select * from {{ ref('int_agents') }}
),

request_types as (
    select * from {{ ref('request_types') }}
),

day_types as (
    select * from {{ ref('int_day_types') }}
),

judged as (
    select
        calls._source,
        calls.call_id,
        calls.direction,
        calls.caller_hash,
        calls.customer_hash,
        calls.client,
        calls.service,
        {{ contract_of('calls.client', 'calls.service') }} as contract,
        calls.queue,
        agents.agent,
        agents.team,
        calls.reason,
        request_types.request_value,
        calls.segment,
        calls.country,
        coalesce(day_types.day_type, 'regular') as day_type,
        calls.started_on,
        calls.started_at,
        calls.queued_at,
        calls.answered_at,
        calls.ended_at,
        calls.ticket_id,
        calls.is_inbound,
        calls.is_offered,
        calls.is_answered,
        calls.is_abandoned_in_queue,
        calls.is_abandoned_in_ivr,
        calls.is_abandoned,
        calls.is_short_abandon,
        calls.is_lost_in_queue,
        calls.is_callback_asked,
        served.served_at is not null as is_callback_served,
        served.callback_delay_seconds,
        calls.wait_seconds,
        calls.talk_seconds,
        calls.hold_seconds,
        calls.wrap_up_seconds,
        calls.handle_seconds,
        calls.case_closure_delay_seconds,
        calls.is_answered and calls.transfers > 0 as is_transferred,
        calls.is_resolved,
        calls.is_answered_in_threshold,
        calls.is_service_level_met,
        coalesce(repeated.is_first_call_of_caller_day, false) as is_first_call_of_caller_day,
        repeated.redundant_calls,
        repeated.redundant_calls > 0 as is_caller_day_redundant,
        coalesce(repeated.is_first_call_of_issue, false) as is_first_call_of_issue,
        case when repeated.is_first_call_of_issue then repeated.matures_at end as matures_at,
        repeated.is_first_call_resolved
    from calls
    left join repeated
        on
            calls._source = repeated._source
            and calls.call_id = repeated.call_id
    left join served
        on
            calls._source = served._source
            and calls.call_id = served.call_id
    left join agents
        on calls.agent_id = agents.agent_id
    left join request_types
        on calls.reason = request_types.request_type
    left join day_types
        on calls.started_on = day_types.date_on
)

select * from judged
