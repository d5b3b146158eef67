{{ kpi_from(ref('period_surveys'), numerator='passive_count') }}
