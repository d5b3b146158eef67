-- Promises (ship_by, deliver_by) and bare dates are nothing that happened; only where there is no
-- timestamp at all does the latest start of a subscription term tell the time.
with happened as (
    {{ latest_of(ref('stg_calls'), [
        'started_at', 'queued_at', 'answered_at', 'ended_at', 'case_closed_at',
        'callback_requested_at',
    ]) }}
    union all
    {{ latest_of(ref('stg_tickets'), [
        'created_at', 'first_response_at', 'resolved_at', 'closed_at',
    ]) }}
    union all
    {{ latest_of(ref('stg_ticket_events'), ['occurred_at']) }}
    union all
    {{ latest_of(ref('stg_reviews'), ['posted_at', 'removed_at']) }}
    union all
    {{ latest_of(ref('stg_orders'), [
        'ordered_at', 'shipped_at', 'delivered_at', 'cancelled_at',
    ]) }}
    union all
    {{ latest_of(ref('stg_order_claims'), ['opened_at']) }}
    union all
    {{ latest_of(ref('stg_surveys'), ['sent_at', 'responded_at']) }}
),

terms as (
    select max(starts_on) as started_on from {{ ref('stg_subscriptions') }}
),

latest as (
    select max(happened_at) as happened_at from happened
),

known as (
    select
        coalesce({{ as_of_literal() }}, latest.happened_at) as as_of,
        terms.started_on
    from latest
    cross join terms
),

told as (
    select
        coalesce(as_of, cast(started_on as timestamp)) as as_of,
        coalesce({{ local_date('as_of') }}, started_on) as as_of_on
    from known
)

select * from told
