{{ kpi_from(
    ref('period_surveys'),
    numerator='satisfied_count',
    denominator='satisfaction_answer_count',
) }}
