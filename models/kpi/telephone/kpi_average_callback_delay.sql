{{ kpi_from(
    ref('period_calls'),
    numerator='callback_delay_seconds',
    denominator='callback_timed_count',
    sum_of_squares='callback_delay_seconds_squared',
) }}
