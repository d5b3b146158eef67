{{ config(meta={'days_of': {'fct_subscriptions': 'ended_on'}}) }}

with ended_terms as (
    select
        *,
        ended_on as date_on
    from {{ ref('fct_subscriptions') }}
    where is_ended and {{ is_on_touched_day('ended_on') }}
),

{{ by_dimension('ended_terms', ['date_on'], customer_dimensions(), subscription_measures()) }}
