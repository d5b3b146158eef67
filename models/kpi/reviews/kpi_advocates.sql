{{ kpi_from(
    ref('period_advocates'),
    numerator='advocate_count',
    where=is_present(ref('fct_reviews')) ~ ' and ' ~ is_present(ref('fct_surveys')),
) }}
