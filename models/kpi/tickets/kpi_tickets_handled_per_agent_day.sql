{{ kpi_from(
    ref('period_agent_days'),
    numerator='resolved_count',
    denominator='working_day_count',
) }}
