{{ kpi_from(
    ref('period_reviewers'),
    numerator='positive_customer_count',
    denominator='customer_count',
    where=is_present(ref('fct_reviews')),
) }}
