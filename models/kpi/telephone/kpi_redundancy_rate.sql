{{ kpi_from(
    ref('period_calls'),
    numerator='redundant_caller_day_count',
    denominator='caller_day_count',
) }}
