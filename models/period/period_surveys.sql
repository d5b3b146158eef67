{{ period_from(ref('daily_surveys'), survey_measures(), from_week_up=['agent']) }}
