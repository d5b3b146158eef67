{{ kpi_from(
    ref('period_tickets'),
    numerator='reopened_count',
    denominator='ever_resolved_count',
) }}
