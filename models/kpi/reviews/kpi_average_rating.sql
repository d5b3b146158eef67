{{ kpi_from(
    ref('period_reviews'),
    numerator='rating',
    denominator='rated_count',
    sum_of_squares='rating_squared',
) }}
