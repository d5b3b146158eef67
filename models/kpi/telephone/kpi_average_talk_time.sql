{{ kpi_from(
    ref('period_calls'),
    numerator='talk_seconds',
    denominator='answered_count',
    sum_of_squares='talk_seconds_squared',
) }}
