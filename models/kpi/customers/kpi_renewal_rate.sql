{{ kpi_from(
    ref('period_subscriptions'),
    numerator='renewed_term_count',
    denominator='mature_term_count',
    immature_count='immature_term_count',
) }}
