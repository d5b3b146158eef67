with products as (
    select * from {{ ref('stg_products') }}
),

published as (
    select
        product_id,
        name,
        category,
        family,
        list_price,
        lifetime
    from products
)

select * from published
