with answers as (
    select
        *,
        responded_on as date_on
    from {{ ref('fct_surveys') }}
    where is_answered
),

{{ by_dimension('answers', ['date_on'], survey_dimensions(), survey_measures()) }}
