{{ kpi_from(
    ref('period_response_percentiles'),
    numerator='median_response_seconds',
    sample_size='responded_count',
) }}
