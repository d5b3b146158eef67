{{ kpi_from(
    ref('period_calls'),
    numerator='callback_served_count',
    denominator='callback_asked_count',
) }}
