{{ kpi_from(
    ref('period_responsiveness'),
    numerator='is_responsive',
    sample_size='created_count',
) }}
