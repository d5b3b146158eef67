{{ config(materialized='view') }}

-- Few calls are asked about: those first, as all of them are too many to look up.
with calls as (
    select * from {{ touched(ref('fct_calls')) }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

references_to_calls as (
    {{ referred_source(
        touched(ref('stg_surveys')), 'call_id', touched(ref('fct_calls')), 'call_id'
    ) }}
),

surveyed as (
    select
        references_to_calls._source,
        references_to_calls.call_id,
        references_to_calls.referred_source as call_source,
        customers.customer_id
    from references_to_calls
    inner join calls
        on
            references_to_calls.referred_source = calls._source
            and references_to_calls.call_id = calls.call_id
    left join customers
        on calls.customer_hash = customers.customer_hash
)

select * from surveyed
