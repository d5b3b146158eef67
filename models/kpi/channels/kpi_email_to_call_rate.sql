{{ kpi_from(
    ref('period_email_tickets'),
    numerator='followed_by_call_count',
    denominator='email_ticket_count',
    immature_count='immature_email_ticket_count',
    where=are_landed([ref('stg_calls'), ref('stg_tickets')]),
) }}
