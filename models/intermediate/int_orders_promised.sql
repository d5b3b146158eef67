{{ config(materialized='view') }}

-- A returned order had been shipped and delivered.
{% set shipped = ['ship_by', 'shipped_at', ['shipped', 'delivered', 'returned']] %}
{% set delivered = ['deliver_by', 'delivered_at', ['delivered', 'returned']] %}

with orders as (
    select * from {{ touched(ref('stg_orders')) }}
    where fulfilled_by = 'merchant' and status <> 'cancelled'
),

now as (
    select * from {{ ref('int_as_of') }}
),

judged as (
    select
        orders.order_id,
        {{ is_promise_kept(*shipped) }} as is_shipped_on_time,
        {{ is_promise_awaited(*shipped) }} as is_shipment_awaited,
        {{ is_promise_kept(*delivered) }} as is_delivered_on_time,
        {{ is_promise_awaited(*delivered) }} as is_delivery_awaited
    from orders
    cross join now
)

select * from judged
