{{ config(meta={'periods_of': {'daily_calls': 'date_on'}}) }}

{{ period_from(ref('daily_calls'), call_measures(), from_week_up=['agent']) }}
