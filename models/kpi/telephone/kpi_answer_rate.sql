{{ kpi_from(ref('period_calls'), numerator='answered_count', denominator='offered_count') }}
