{{ config(meta={'days_of': {'fct_surveys': 'sent_on'}}) }}

-- The day of sending decides here, so its type does too.
with invitations as (
    select
        client,
        channel,
        team,
        agent,
        survey_kind,
        segment,
        country,
        is_answered,
        sending_day_type as day_type,
        sent_on as date_on
    from {{ ref('fct_surveys') }}
    where sent_on is not null and {{ is_on_touched_day('sent_on') }}
),

{{ by_dimension('invitations', ['date_on'], survey_dimensions(), invitation_measures()) }}
