-- A promise is judged once it is kept or overdue. An order whose status tells that it was done, but
-- not when, was neither kept nor broken for all we know.
{% set promises = [
    {
        'promised_at': 'ship_by', 'done_at': 'shipped_at', 'verdict': 'is_shipped_on_time',
        'awaited': 'is_shipment_awaited', 'told_by': ['shipped', 'delivered', 'returned'],
    },
    {
        'promised_at': 'deliver_by', 'done_at': 'delivered_at', 'verdict': 'is_delivered_on_time',
        'awaited': 'is_delivery_awaited', 'told_by': ['delivered', 'returned'],
    },
] %}

with orders as (
    select * from {{ ref('stg_orders') }}
    where fulfilled_by = 'merchant' and status <> 'cancelled'
),

now as (
    select * from {{ ref('int_as_of') }}
),

judged as (
    select
        orders.order_id,
        {% for promise in promises %}
            case
                when orders.{{ promise.done_at }} is not null
                    then orders.{{ promise.done_at }} <= orders.{{ promise.promised_at }}
                when orders.status in ('{{ promise.told_by | join("', '") }}') then null
                when orders.{{ promise.promised_at }} < now.as_of then false
            end as {{ promise.verdict }},
            orders.{{ promise.done_at }} is null
            and orders.status not in ('{{ promise.told_by | join("', '") }}')
            and coalesce(orders.{{ promise.promised_at }} >= now.as_of, false)
                as {{ promise.awaited }}{{ ',' if not loop.last }}
        {% endfor %}
    from orders
    cross join now
)

select * from judged
