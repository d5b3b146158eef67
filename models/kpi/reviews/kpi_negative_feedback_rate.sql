{{ kpi_from(
    ref('period_reviewers'),
    numerator='negative_customer_count',
    denominator='customer_count',
    where=is_present(ref('fct_reviews')),
) }}
