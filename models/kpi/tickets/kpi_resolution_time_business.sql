{{ kpi_from(
    ref('period_ticket_resolutions'),
    numerator='resolution_open_seconds',
    denominator='resolved_in_open_time_count',
    sum_of_squares='resolution_open_seconds_squared',
) }}
