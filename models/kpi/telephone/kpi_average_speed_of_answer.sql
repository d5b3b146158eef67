{{ kpi_from(
    ref('period_calls'),
    numerator='answered_wait_seconds',
    denominator='answered_count',
    sum_of_squares='answered_wait_seconds_squared',
) }}
