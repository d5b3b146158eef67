{{ kpi_from(
    ref('period_surveys'),
    numerator='ill_timed_count',
    denominator='nps_answer_count',
    where=are_landed([ref('stg_calls'), ref('stg_tickets'), ref('stg_reviews')]),
) }}
