{{ config(meta={'periods_of': {'daily_ticket_resolutions': 'date_on'}}) }}

{{ period_from(
    ref('daily_ticket_resolutions'),
    ticket_resolution_measures(),
    from_week_up=['agent'],
) }}
