{{ kpi_from(
    ref('period_channels'),
    numerator='channel_contact_count',
    denominator='contact_count',
    where=are_landed([ref('stg_calls'), ref('stg_tickets')]),
) }}
