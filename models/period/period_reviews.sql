{{ config(meta={'periods_of': {'daily_reviews': 'date_on'}}) }}

{{ period_from(ref('daily_reviews'), review_measures()) }}
