{{ kpi_from(ref('period_tickets'), numerator='created_count') }}
