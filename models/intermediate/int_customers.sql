-- Every customer that any table speaks of, known to table `customers` or not.
with parties as (
    select * from {{ ref('stg_parties') }}
    where kind = 'customer'
),

customers as (
    select * from {{ ref('stg_customers') }}
),

known as (
    select
        parties.customer_id,
        parties.caller_hash as customer_hash,
        customers.segment,
        customers.country,
        customers.acquired_on
    from parties
    left join customers
        on parties.customer_id = customers.customer_id
)

select * from known
