with customer_periods as (
    select * from {{ ref('fct_customer_periods') }}
),

{{ by_dimension(
    'customer_periods', ['grain', 'period_start'], customer_dimensions(), customer_period_measures()
) }}
