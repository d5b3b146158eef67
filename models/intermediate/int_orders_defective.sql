{{ config(materialized='view') }}

with orders as (
    select
        order_id,
        {{ days_after('ordered_at', var('order_defect_maturity_days')) }} as matures_at
    from {{ touched(ref('stg_orders')) }}
),

-- Each order once, however many defects it has.
complaints as (
    select order_id from {{ touched(ref('fct_reviews')) }}
    where is_negative
    union
    select order_id from {{ touched(ref('fct_order_claims')) }}
    where is_defect
),

now as (
    select * from {{ ref('int_as_of') }}
),

judged as (
    select
        orders.order_id,
        orders.matures_at,
        case when orders.matures_at <= now.as_of then complaints.order_id is not null end
            as is_defective
    from orders
    left join complaints
        on orders.order_id = complaints.order_id
    cross join now -- last: DuckDB tells of a view with a comma here, which binds less than joins
)

select * from judged
