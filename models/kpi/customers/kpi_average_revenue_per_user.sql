{{ kpi_from(
    ref('period_revenue'),
    numerator='revenue_amount',
    denominator='active_customer_count',
) }}
