{{ kpi_from(
    ref('period_orders'),
    numerator='defective_count',
    denominator='defect_judged_count',
    immature_count='immature_order_count',
    where=are_landed([ref('fct_reviews'), ref('fct_order_claims')]),
) }}
