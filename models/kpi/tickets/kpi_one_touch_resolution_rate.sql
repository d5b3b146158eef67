{{ kpi_from(
    ref('period_ticket_resolutions'),
    numerator='one_touch_count',
    denominator='touch_judged_count',
    where=are_landed([ref('stg_ticket_events')]),
) }}
