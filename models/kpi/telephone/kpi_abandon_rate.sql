{{ kpi_from(ref('period_calls'), numerator='abandoned_count', denominator='inbound_count') }}
