{{ period_from(ref('daily_tickets'), ticket_measures(), from_week_up=['agent']) }}
