{{ kpi_from(
    ref('period_calls'),
    numerator='solved_issue_count',
    denominator='issue_count',
    immature_count='immature_issue_count',
) }}
