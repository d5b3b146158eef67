with products as (
    {{ latest_of_house(source('raw', 'products'), ['product_id']) }}
),

cleaned as (
    select
        product_id,
        name,
        {{ clean_code('category') }} as category,
        {{ clean_code('family') }} as family,
        list_price,
        lifetime
    from products
)

select * from cleaned
