{{ kpi_from(
    ref('period_calls'),
    numerator='offered_wait_seconds',
    denominator='offered_count',
    sum_of_squares='offered_wait_seconds_squared',
) }}
