{{ period_from(ref('daily_subscriptions'), subscription_measures()) }}
