{% set scores = {
    'customer_effort_score': 'effort_score',
    'customer_effort_score_v2': 'effort_score_v2',
    'customer_satisfaction_score': 'case when is_satisfied then 1 when not is_satisfied then 0 end',
    'net_promoter_score': 'nps_points',
} %}

with surveys as (
    select * from {{ ref('fct_surveys') }}
),

scores as (
    {% for kpi_key, score in scores.items() %}
        select
            _source,
            survey_id,
            '{{ kpi_key }}' as kpi_key,
            cast({{ score }} as {{ type_double() }}) as score
        from surveys
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

scored as (
    select * from scores
    where score is not null
)

select * from scored
