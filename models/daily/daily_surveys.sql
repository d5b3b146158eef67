{{ config(meta={'days_of': {'fct_surveys': 'responded_on'}}) }}

with answers as (
    select
        *,
        responded_on as date_on
    from {{ ref('fct_surveys') }}
    where is_answered and {{ is_on_touched_day('responded_on') }}
),

{{ by_dimension('answers', ['date_on'], survey_dimensions(), survey_measures()) }}
