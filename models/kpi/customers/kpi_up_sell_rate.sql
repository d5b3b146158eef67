{{ kpi_from(
    ref('period_buyers'),
    numerator='up_sold_count',
    denominator='returning_buyer_count',
    where=are_landed([ref('fct_order_items'), ref('dim_products')]),
) }}
