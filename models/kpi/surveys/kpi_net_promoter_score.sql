{{ kpi_from(
    ref('period_surveys'),
    numerator='nps_points',
    denominator='nps_answer_count',
    sum_of_squares='nps_points_squared',
) }}
