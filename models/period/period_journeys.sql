{{ config(meta={'periods_of': {'daily_journeys': 'date_on'}}) }}

{{ period_from(ref('daily_journeys'), journey_measures(), from_week_up=['path']) }}
