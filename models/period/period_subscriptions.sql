{{ config(meta={'periods_of': {'daily_subscriptions': 'date_on'}}) }}

{{ period_from(ref('daily_subscriptions'), subscription_measures()) }}
