{{ config(meta={'periods_of': {'daily_email_tickets': 'date_on'}}) }}

{{ period_from(ref('daily_email_tickets'), email_measures(), from_week_up=['agent']) }}
