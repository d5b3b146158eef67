{{ kpi_from(
    ref('period_tickets'),
    numerator='response_seconds',
    denominator='responded_count',
    sum_of_squares='response_seconds_squared',
) }}
