{{ period_from(ref('daily_reviews'), review_measures()) }}
