{{ config(meta={'periods_of': {'daily_surveys': 'date_on'}}) }}

{{ period_from(ref('daily_surveys'), survey_measures(), from_week_up=['agent']) }}
