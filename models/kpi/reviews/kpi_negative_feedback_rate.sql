{{ kpi_from(
    ref('period_reviewers'),
    numerator='negative_customer_count',
    denominator='customer_count',
    where=are_landed([ref('fct_reviews')]),
) }}
