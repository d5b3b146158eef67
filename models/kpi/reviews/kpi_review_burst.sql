{{ kpi_from(
    ref('period_review_bursts'),
    numerator='burst_count',
    denominator='judged_count',
) }}
