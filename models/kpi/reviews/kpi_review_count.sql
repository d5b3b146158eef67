{{ kpi_from(
    ref('period_reviews'),
    numerator='review_count',
) }}
