{{ config(meta={'periods_of': {'daily_tickets': 'date_on'}}) }}

{{ period_from(ref('daily_tickets'), ticket_measures(), from_week_up=['agent']) }}
