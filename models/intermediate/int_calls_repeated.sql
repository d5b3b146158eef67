{{ config(materialized='view') }}

{% set issue_of = choice('fcr_match', {
    'caller': 'caller_hash',
    'caller_and_reason': 'caller_hash, reason',
}) %}

-- Withheld callers are left out: they would all be one.
with calls as (
    select
        _source,
        call_id,
        caller_hash,
        reason,
        started_on,
        started_at,
        is_resolved,
        answered_at is not null as is_answered
    from {{ ref('int_calls_identified') }}
    where direction = 'inbound' and caller_hash is not null
),

now as (
    select * from {{ ref('int_as_of') }}
),

placed as (
    select
        *,
        lag(started_on) over (
            partition by caller_hash
            order by started_at, {{ byte_order('_source', 'call_id') }}
        ) as previous_called_on,
        lead(started_at) over (
            partition by {{ issue_of }}
            order by started_at, {{ byte_order('_source', 'call_id') }}
        ) as next_call_at,
        max(case when is_answered then started_at end) over (
            partition by {{ issue_of }}
            order by started_at, {{ byte_order('_source', 'call_id') }}
            rows between unbounded preceding and 1 preceding
        ) as previous_answered_at
    from calls
),

followed as (
    select
        *,
        coalesce(previous_called_on <> started_on, true) as is_first_call_of_caller_day,
        is_answered and (
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

-- Few call twice in a day: counting those alone spares all others another window.
redundant as (
    select
        caller_hash,
        started_on,
        count(*) as redundant_calls
    from followed
    where not is_first_call_of_caller_day
    group by caller_hash, started_on
),

judged as (
    select
        followed._source,
        followed.call_id,
        followed.is_first_call_of_caller_day,
        followed.is_first_call_of_issue,
        followed.is_called_again,
        followed.matures_at,
        case
            when followed.is_first_call_of_caller_day then coalesce(redundant.redundant_calls, 0)
        end as redundant_calls,
        case
            when followed.is_first_call_of_issue and followed.matures_at <= now.as_of
                then not followed.is_called_again and coalesce(followed.is_resolved, true)
        end as is_first_call_resolved
    from followed
    left join redundant
        on
            followed.caller_hash = redundant.caller_hash
            and followed.started_on = redundant.started_on
    cross join now -- last: DuckDB tells of a view with a comma here, which binds less than joins
)

select * from judged
