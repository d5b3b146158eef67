{{ kpi_from(ref('period_surveys'), numerator='promoter_count') }}
