{{ kpi_from(
    ref('period_resolution_percentiles'),
    numerator='median_resolution_seconds',
    sample_size='resolved_count',
) }}
