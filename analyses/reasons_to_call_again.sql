-- Which reasons make callers call again? (S3) The reasons by how many issues a first call left
-- unsolved. Issues that are too young to judge have no verdict and are in neither count.
-- Read it so: a reason with a great share_of_unsolved is worth a better first answer, even where
-- its first_call_resolution is not the lowest.
with first_calls as (
    select * from {{ ref('fct_calls') }}
    where is_first_call_resolved is not null
),

request_types as (
    select * from {{ ref('dim_request_types') }}
),

reasons as (
    select
        reason,
        count(*) as issues,
        count(*) filter (where not is_first_call_resolved) as unsolved_issues,
        avg(case when is_first_call_resolved then 1.0 else 0.0 end) as first_call_resolution
    from first_calls
    group by reason
),

labelled as (
    select
        reasons.reason,
        request_types.label_en,
        request_types.request_value,
        reasons.issues,
        reasons.unsolved_issues,
        reasons.first_call_resolution,
        {{ divide('reasons.unsolved_issues', 'sum(reasons.unsolved_issues) over ()') }}
            as share_of_unsolved
    from reasons
    left join request_types
        on reasons.reason = request_types.request_type
)

select * from labelled
order by unsolved_issues desc, reason asc
