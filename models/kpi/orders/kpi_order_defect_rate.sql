{{ kpi_from(
    ref('period_orders'),
    numerator='defective_count',
    denominator='defect_judged_count',
    immature_count='immature_order_count',
    where=is_present(ref('fct_reviews')) ~ ' and ' ~ is_present(ref('fct_order_claims')),
) }}
