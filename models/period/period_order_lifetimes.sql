{{ period_from(ref('daily_order_lifetimes'), sale_measures()) }}
