{{ kpi_from(
    ref('period_calls'),
    numerator='handle_seconds',
    denominator='answered_count',
    sum_of_squares='handle_seconds_squared',
) }}
