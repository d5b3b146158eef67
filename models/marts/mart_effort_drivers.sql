{% set efforts = {
    'explained_to_several_agents': 'has_explained_to_several_agents',
    'transferred': 'is_transferred',
    'called_again': 'has_called_again',
    'not_answered_at_first': 'is_not_answered_at_first',
} %}

-- The cause behind the score (S3): the same KPI of those whom it took an effort, and of the others.
with scores as (
    select * from {{ ref('int_surveys_scored') }}
),

judged as (
    select * from {{ ref('int_surveys_efforts') }}
),

efforts as (
    {% for effort, has_effort in efforts.items() %}
        select
            _source,
            survey_id,
            '{{ effort }}' as effort,
            {{ has_effort }} as has_effort
        from judged
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (
    select
        efforts.effort,
        scores.kpi_key,
        {{ count_where('efforts.has_effort') }} as answers_with,
        {{ count_where('not efforts.has_effort') }} as answers_without,
        {{ sum_where('scores.score', 'efforts.has_effort') }} as score_with,
        {{ sum_where('scores.score', 'not efforts.has_effort') }} as score_without,
        {{ sum_of_squares_where('scores.score', 'efforts.has_effort') }} as squares_with,
        {{ sum_of_squares_where('scores.score', 'not efforts.has_effort') }} as squares_without
    from efforts
    inner join scores
        on
            efforts._source = scores._source
            and efforts.survey_id = scores.survey_id
    group by efforts.effort, scores.kpi_key
),

averaged as (
    select
        *,
        {{ divide('score_with', 'answers_with') }} as value_with,
        {{ divide('score_without', 'answers_without') }} as value_without,
        {{ divide(
            'greatest(squares_with - ' ~ divide('score_with * score_with', 'answers_with') ~ ', 0)',
            'answers_with - 1',
        ) }}
            as variance_with,
        {{ divide(
            'greatest(squares_without - ' ~ divide('score_without * score_without', 'answers_without') ~ ', 0)',
            'answers_without - 1',
        ) }}
            as variance_without
    from compared
),

judged_drivers as (
    select
        effort,
        kpi_key,
        answers_with,
        value_with,
        answers_without,
        value_without,
        value_with - value_without as difference,
        abs(value_with - value_without) > 1.96 * sqrt(
            {{ divide('variance_with', 'answers_with') }}
            + {{ divide('variance_without', 'answers_without') }}
        ) as is_beyond_chance
    from averaged
)

select * from judged_drivers
