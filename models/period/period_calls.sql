{{ period_from(ref('daily_calls'), call_measures(), from_week_up=['agent']) }}
