with parts as (
    select * from {{ ref('int_orders_by_lifetime') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

parts_of_orders as (
    select
        orders.ordered_on,
        orders.is_sale,
        orders.is_repeat_order,
        orders.is_in_reporting_currency,
        parts.amount,
        {{ dimension_value('parts.lifetime') }} as lifetime
    from parts
    inner join orders
        on parts.order_id = orders.order_id
),

summed as (
    select
        ordered_on as date_on,
        'lifetime' as dimension,
        lifetime as dimension_value,
        {% for name, aggregate in sale_measures().items() %}
            {{ measure(name, aggregate) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from parts_of_orders
    group by ordered_on, lifetime
)

select * from summed
