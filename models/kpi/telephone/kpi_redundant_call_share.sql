{{ kpi_from(
    ref('period_calls'),
    numerator='redundant_call_count',
    denominator='identified_call_count',
) }}
