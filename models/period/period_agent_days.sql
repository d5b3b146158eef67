{{ period_from(ref('daily_agents'), agent_day_measures(), from_week_up=['agent']) }}
