{% set issue_of = choice('fcr_match', {
    'caller': 'caller_hash',
    'caller_and_reason': "caller_hash, reason",
}) %}

-- Withheld callers are left out: they would all be one.
with calls as (
    select * from {{ ref('int_calls_identified') }}
    where direction = 'inbound' and caller_hash is not null
),

now as (
    select * from {{ ref('int_as_of') }}
),

placed as (
    select
        _source,
        call_id,
        started_at,
        answered_at,
        is_resolved,
        row_number() over (
            partition by caller_hash, started_on
            order by started_at, {{ byte_order('_source', 'call_id') }}
        ) as call_of_caller_day,
        count(*) over (partition by caller_hash, started_on) as caller_day_calls,
        lead(started_at) over (
            partition by {{ issue_of }}
            order by started_at, {{ byte_order('_source', 'call_id') }}
        ) as next_call_at,
        lag(started_at) over (
            partition by {{ issue_of }}, answered_at is not null
            order by started_at, {{ byte_order('_source', 'call_id') }}
        ) as previous_answered_at
    from calls
),

repeated as (
    select
        _source,
        call_id,
        is_resolved,
        call_of_caller_day = 1 as is_first_call_of_caller_day,
        case when call_of_caller_day = 1 then caller_day_calls - 1 end as redundant_calls,
        answered_at is not null and (
            previous_answered_at is null
            or {{ seconds_between('previous_answered_at', 'started_at') }}
            >= {{ var('fcr_window_days') }} * 86400
        ) as is_first_call_of_issue,
        next_call_at is not null
        and {{ seconds_between('started_at', 'next_call_at') }}
        < {{ var('fcr_window_days') }} * 86400 as is_called_again,
        {{ days_after('started_at', var('fcr_window_days')) }} as matures_at
    from placed
),

judged as (
    select
        repeated.*,
        case
            when repeated.is_first_call_of_issue and repeated.matures_at <= now.as_of
                then not repeated.is_called_again and coalesce(repeated.is_resolved, true)
        end as is_first_call_resolved
    from repeated
    cross join now
)

select * from judged
