{{ kpi_from(
    ref('period_orders'),
    numerator='shipped_on_time_count',
    denominator='shipment_judged_count',
    immature_count='shipment_awaited_count',
) }}
