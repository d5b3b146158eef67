{{ kpi_from(
    ref('period_subscriptions'),
    numerator='followed_term_count',
) }}
