{{ period_from(ref('daily_email_tickets'), email_measures(), from_week_up=['agent']) }}
