{{ kpi_from(
    ref('period_orders'),
    numerator='cancelled_by_merchant_count',
    denominator='merchant_order_count',
) }}
