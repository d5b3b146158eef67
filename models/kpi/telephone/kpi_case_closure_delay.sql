{{ kpi_from(
    ref('period_calls'),
    numerator='case_closure_delay_seconds',
    denominator='case_closed_count',
    sum_of_squares='case_closure_delay_seconds_squared',
) }}
