with ended_terms as (
    select
        *,
        ended_on as date_on
    from {{ ref('fct_subscriptions') }}
    where is_ended
),

{{ by_dimension('ended_terms', ['date_on'], customer_dimensions(), subscription_measures()) }}
