{{ kpi_from(
    ref('period_calls'),
    numerator='hold_seconds',
    denominator='answered_count',
    sum_of_squares='hold_seconds_squared',
) }}
