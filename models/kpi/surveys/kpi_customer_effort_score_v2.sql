{{ kpi_from(
    ref('period_surveys'),
    numerator='effort_score_v2',
    denominator='effort_v2_answer_count',
    sum_of_squares='effort_score_v2_squared',
) }}
