{{ kpi_from(
    ref('period_reviews'),
    numerator='positive_count',
    denominator='rated_count',
) }}
