{{ kpi_from(
    ref('period_calls'),
    numerator='wrap_up_seconds',
    denominator='answered_count',
    sum_of_squares='wrap_up_seconds_squared',
) }}
