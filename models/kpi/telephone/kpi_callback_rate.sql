{{ kpi_from(
    ref('period_calls'),
    numerator='callback_asked_count',
    denominator='offered_or_callback_asked_count',
) }}
