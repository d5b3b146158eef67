{{ kpi_from(
    ref('period_tickets'),
    numerator='response_open_seconds',
    denominator='responded_in_open_time_count',
    sum_of_squares='response_open_seconds_squared',
) }}
