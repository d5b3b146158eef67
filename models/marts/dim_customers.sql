with customers as (
    select * from {{ ref('int_customers') }}
),

published as (
    select
        customer_hash,
        segment,
        country,
        acquired_on
    from customers
)

select * from published
