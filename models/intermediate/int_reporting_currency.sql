-- A house that sells in one currency reports in it, whatever the var says.
with orders as (
    select * from {{ ref('stg_orders') }}
),

told as (
    select
        case
            when count(distinct currency) = 1 and count(*) = count(currency) then min(currency)
            else {{ quoted_text(var('reporting_currency')) }}
        end as reporting_currency
    from orders
)

select * from told
