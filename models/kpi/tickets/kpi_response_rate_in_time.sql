{{ kpi_from(
    ref('period_tickets'),
    numerator='promise_met_count',
    denominator='promise_judged_count',
    immature_count='promise_immature_count',
) }}
