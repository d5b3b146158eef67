{{ config(meta={'periods_of': {'daily_contacts': 'date_on'}}) }}

{{ period_from(ref('daily_contacts'), contact_measures()) }}
