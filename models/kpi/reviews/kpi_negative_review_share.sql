{{ kpi_from(
    ref('period_reviews'),
    numerator='negative_count',
    denominator='rated_count',
) }}
