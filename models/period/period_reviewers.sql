{{ config(meta={'periods_of': {'fct_orders': 'ordered_on', 'fct_reviews': 'posted_on'}}) }}

-- A customer who orders twice in a month, or reviews twice, is one customer of it: counted at each
-- grain, not summed.
with orders as (
    select * from {{ ref('fct_orders') }}
),

reviews as (
    select * from {{ ref('fct_reviews') }}
    where is_positive or is_negative
),

deeds as (
    select
        customer_hash,
        segment,
        country,
        ordered_on as date_on,
        true as is_order,
        false as is_positive,
        false as is_negative
    from orders
    union all
    select
        customer_hash,
        segment,
        country,
        posted_on as date_on,
        false as is_order,
        is_positive,
        is_negative
    from reviews
    where customer_hash is not null
),

grained as (
    {{ at_every_grain('deeds', 'date_on') }}
),

customers as (
    select
        grain,
        period_start,
        customer_hash,
        segment,
        country,
        count(*) filter (where is_order) > 0 as has_ordered,
        count(*) filter (where is_positive) > 0 as has_positive_review,
        count(*) filter (where is_negative) > 0 as has_negative_review
    from grained
    group by grain, period_start, customer_hash, segment, country
),

ordering_customers as (
    select * from customers
    where has_ordered
),

{{ by_dimension(
    'ordering_customers', ['grain', 'period_start'], customer_dimensions(), reviewer_measures()
) }}
