{{ config(meta={'periods_of': {'daily_agents': 'date_on'}}) }}

{{ period_from(ref('daily_agents'), agent_day_measures(), from_week_up=['agent']) }}
