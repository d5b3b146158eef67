{{ kpi_from(
    ref('period_contacts'),
    numerator='low_value_count',
    denominator='valued_count',
    where=are_landed([ref('stg_calls'), ref('stg_tickets')]),
) }}
