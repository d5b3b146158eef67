{{ kpi_from(ref('period_tickets'), numerator='resolved_now_count', denominator='created_count') }}
