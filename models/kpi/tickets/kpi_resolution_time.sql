{{ kpi_from(
    ref('period_ticket_resolutions'),
    numerator='resolution_seconds',
    denominator='resolved_count',
    sum_of_squares='resolution_seconds_squared',
) }}
