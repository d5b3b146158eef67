with calls as (
    select * from {{ ref('stg_calls') }}
),

phones as (
    select * from {{ ref('stg_parties') }}
    where kind = 'phone'
),

customers as (
    select * from {{ ref('int_customers') }}
),

-- The customer that the switch knew wins over the one that the number belongs to.
named as (
    select
        calls.*,
        phones.caller_hash as phone_hash,
        coalesce(calls.customer_id, phones.customer_id) as known_customer_id
    from calls
    left join phones
        on
            calls._source = phones.source_name
            and calls.caller_number = phones.identifier
),

identified as (
    select
        named.*,
        customers.customer_hash,
        customers.segment,
        customers.country,
        coalesce(customers.customer_hash, named.phone_hash) as caller_hash
    from named
    left join customers
        on named.known_customer_id = customers.customer_id
)

select * from identified
