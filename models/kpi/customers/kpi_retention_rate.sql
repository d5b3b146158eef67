{{ kpi_from(
    ref('period_customers'),
    numerator='retained_count',
    denominator='active_at_start_count',
    where='active_at_start_count > 0',
) }}
