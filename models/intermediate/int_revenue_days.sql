-- Orders on their day; of a subscription term, each day its even share, cancelled early or not:
-- what was paid for the term is the term's. Terms of the same days are taken together first, so
-- that there are not as many rows as terms times days.
with orders as (
    select * from {{ ref('fct_orders') }}
    where is_sale and is_in_reporting_currency
),

terms as (
    select * from {{ ref('fct_subscriptions') }}
    where starts_on < ends_on and amount is not null
),

days as (
    select * from {{ ref('dim_days') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

like_terms as (
    select
        starts_on,
        ends_on,
        segment,
        country,
        {{ divide('sum(amount)', dbt.datediff('starts_on', 'ends_on', 'day')) }} as amount_a_day
    from terms
    group by starts_on, ends_on, segment, country
),

earned as (
    select
        ordered_on as date_on,
        segment,
        country,
        cast(amount as {{ type_double() }}) as amount
    from orders
    union all
    select
        days.date_on,
        like_terms.segment,
        like_terms.country,
        like_terms.amount_a_day as amount
    from like_terms
    inner join days
        on
            like_terms.starts_on <= days.date_on
            and like_terms.ends_on > days.date_on
),

summed as (
    select
        earned.date_on,
        earned.segment,
        earned.country,
        sum(earned.amount) as amount
    from earned
    inner join now
        on earned.date_on <= now.as_of_on
    group by earned.date_on, earned.segment, earned.country
)

select * from summed
