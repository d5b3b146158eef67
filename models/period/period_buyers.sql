{{ config(meta={'periods_of': {'fct_orders': 'ordered_on'}}) }}

-- A customer who buys twice in a month is one buyer of it: counted at each grain, not summed.
with sales as (
    select * from {{ ref('fct_orders') }}
    where is_sale
),

grained as (
    {{ at_every_grain('sales', 'ordered_on') }}
),

{{ counted_by_dimension(
    'grained', ['grain', 'period_start'], customer_dimensions(), buyer_measures()
) }}
