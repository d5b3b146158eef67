-- Do late deliveries make defective orders? (S1) Mature orders by whether they came when promised.
-- Read it so: order_defect_rate of the late ones beside those in time tells what lateness does to
-- reviews and claims; share_of_defects, how many defects a punctual carrier could spare at most.
with orders as (
    select * from {{ ref('fct_orders') }}
    where is_defective is not null
),

deliveries as (
    select
        case
            when is_delivered_on_time then 'in time'
            when not is_delivered_on_time then 'late'
            else 'no promise to judge'
        end as delivered,
        count(*) as orders,
        count(*) filter (where is_defective) as defective_orders
    from orders
    group by
        case
            when is_delivered_on_time then 'in time'
            when not is_delivered_on_time then 'late'
            else 'no promise to judge'
        end
),

compared as (
    select
        delivered,
        orders,
        defective_orders,
        {{ divide('defective_orders', 'orders') }} as order_defect_rate,
        {{ divide('defective_orders', 'sum(defective_orders) over ()') }} as share_of_defects
    from deliveries
)

select * from compared
order by delivered
