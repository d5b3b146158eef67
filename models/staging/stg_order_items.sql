with order_items as (
    {{ latest_of_house(source('raw', 'order_items'), ['order_id', 'line_number']) }}
),

cleaned as (
    select
        _source,
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        quantity * unit_price as amount
    from order_items
)

select * from cleaned
