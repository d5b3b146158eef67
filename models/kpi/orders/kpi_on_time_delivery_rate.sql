{{ kpi_from(
    ref('period_orders'),
    numerator='delivered_on_time_count',
    denominator='delivery_judged_count',
    immature_count='delivery_awaited_count',
) }}
