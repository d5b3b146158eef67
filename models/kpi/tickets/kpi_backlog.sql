{{ kpi_from(ref('period_backlog'), numerator='open_count') }}
