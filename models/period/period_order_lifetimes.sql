{{ config(meta={'periods_of': {'daily_order_lifetimes': 'date_on'}}) }}

{{ period_from(ref('daily_order_lifetimes'), sale_measures()) }}
