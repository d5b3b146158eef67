{{ kpi_from(ref('period_calls'), numerator='offered_count') }}
