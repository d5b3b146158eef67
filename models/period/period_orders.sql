{{ period_from(ref('daily_orders'), order_measures()) }}
