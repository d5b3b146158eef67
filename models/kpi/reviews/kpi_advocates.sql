{{ kpi_from(
    ref('period_advocates'),
    numerator='advocate_count',
    where=are_landed([ref('fct_reviews'), ref('fct_surveys')]),
) }}
