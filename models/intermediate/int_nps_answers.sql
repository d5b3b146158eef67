{% set superseded = choice('nps_dedupe', {
    'all': 'false',
    'latest_per_customer_90_days': (
        'customer_id is not null and next_answer_at is not null and '
        ~ seconds_between('responded_at', 'next_answer_at') ~ ' <= 90 * 86400'
    ),
}) %}

-- An answer counts in the score unless its customer gives another soon after (var nps_dedupe).
-- Nobody known supersedes nobody.
with answers as (
    select * from {{ ref('int_surveys_identified') }}
    where kind = 'nps' and responded_at is not null and score is not null
),

followed as (
    select
        *,
        lead(responded_at) over (
            partition by customer_id
            order by responded_at, {{ byte_order('_source', 'survey_id') }}
        ) as next_answer_at
    from answers
),

scored as (
    select
        _source,
        survey_id,
        case
            when score >= 9 then 'promoter'
            when score >= 7 then 'passive'
            else 'detractor'
        end as nps_group,
        cast(
            case when score >= 9 then 100 when score >= 7 then 0 else -100 end
            as {{ type_double() }}
        ) as nps_points,
        {{ superseded }} as is_superseded
    from followed
)

select * from scored
