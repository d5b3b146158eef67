with agent_days as (
    select * from {{ ref('fct_agent_days') }}
),

{{ by_dimension('agent_days', ['date_on'], ['agent', 'team'], agent_day_measures()) }}
