with orders as (
    {{ latest_of_house(source('raw', 'orders'), ['order_id']) }}
),

cleaned as (
    select
        _source,
        order_id,
        customer_id,
        {{ clean_code('marketplace') }} as marketplace,
        coalesce(fulfilled_by, 'merchant') as fulfilled_by,
        status,
        ordered_at,
        ship_by,
        shipped_at,
        deliver_by,
        delivered_at,
        cancelled_at,
        cancelled_by,
        upper({{ clean_code('currency') }}) as currency,
        amount,
        {{ local_date('ordered_at') }} as ordered_on
    from orders
)

select * from cleaned
