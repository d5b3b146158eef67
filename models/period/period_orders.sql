{{ config(meta={'periods_of': {'daily_orders': 'date_on'}}) }}

{{ period_from(ref('daily_orders'), order_measures()) }}
