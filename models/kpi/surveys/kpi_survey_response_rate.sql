{{ kpi_from(
    ref('period_invitations'),
    numerator='answered_count',
    denominator='sent_count',
) }}
