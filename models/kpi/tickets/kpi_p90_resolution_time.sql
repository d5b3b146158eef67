{{ kpi_from(
    ref('period_resolution_percentiles'),
    numerator='p90_resolution_seconds',
    sample_size='resolved_count',
) }}
