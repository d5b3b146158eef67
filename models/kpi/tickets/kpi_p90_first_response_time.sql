{{ kpi_from(
    ref('period_response_percentiles'),
    numerator='p90_response_seconds',
    sample_size='responded_count',
) }}
