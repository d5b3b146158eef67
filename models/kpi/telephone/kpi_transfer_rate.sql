{{ kpi_from(ref('period_calls'), numerator='transferred_count', denominator='answered_count') }}
