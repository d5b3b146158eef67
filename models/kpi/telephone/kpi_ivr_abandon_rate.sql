{{ kpi_from(
    ref('period_calls'),
    numerator='abandoned_in_ivr_count',
    denominator='inbound_count',
) }}
