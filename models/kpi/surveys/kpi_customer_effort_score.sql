{{ kpi_from(
    ref('period_surveys'),
    numerator='effort_score',
    denominator='effort_answer_count',
    sum_of_squares='effort_score_squared',
) }}
