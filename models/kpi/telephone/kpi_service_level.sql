{{ kpi_from(
    ref('period_calls'),
    numerator='service_level_met_count',
    denominator='service_level_judged_count',
) }}
