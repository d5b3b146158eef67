{{ kpi_from(ref('period_surveys'), numerator='detractor_count') }}
