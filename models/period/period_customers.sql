{{ config(meta={'periods_of': {'fct_customer_periods': 'period_start'}}) }}

with customer_periods as (
    select * from {{ ref('fct_customer_periods') }}
    where {{ is_in_touched_period('grain', 'period_start') }}
),

{{ by_dimension(
    'customer_periods', ['grain', 'period_start'], customer_dimensions(), customer_period_measures()
) }}
