{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'subscription_id', 'term_number'],
    meta={'touched_by': {'kind': "'subscription'", 'id': 'subscription_id'}},
) }}

{% set grace_ends_on = dbt.dateadd('day', var('renewal_grace_days'), 'terms.ended_on') %}

with terms as (
    select * from {{ touched(ref('stg_subscriptions')) }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

judged as (
    select
        terms._source,
        terms.subscription_id,
        terms.term_number,
        customers.customer_hash,
        customers.segment,
        customers.country,
        terms.plan,
        terms.starts_on,
        terms.ends_on,
        terms.cancelled_on,
        terms.ended_on,
        cast({{ grace_ends_on }} as date) as matures_on,
        terms.amount,
        terms.ended_on <= now.as_of_on as is_ended,
        coalesce(next_terms.starts_on <= cast({{ grace_ends_on }} as date), false) as has_next_term
    from terms
    cross join now
    left join terms as next_terms
        on
            terms._source = next_terms._source
            and terms.subscription_id = next_terms.subscription_id
            and terms.term_number + 1 = next_terms.term_number
    left join customers
        on terms.customer_id = customers.customer_id
),

matured as (
    select
        judged.*,
        case when judged.matures_on <= now.as_of_on then judged.has_next_term end as is_renewed
    from judged
    cross join now
)

select * from matured
