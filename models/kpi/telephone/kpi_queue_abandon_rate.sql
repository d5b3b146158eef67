{{ kpi_from(
    ref('period_calls'),
    numerator='queue_loss_count',
    denominator='queue_loss_judged_count',
) }}
