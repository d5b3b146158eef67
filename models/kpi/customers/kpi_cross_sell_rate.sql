{{ kpi_from(
    ref('period_buyers'),
    numerator='cross_sold_count',
    denominator='returning_buyer_count',
    where=are_landed([ref('stg_orders'), ref('stg_order_items'), ref('stg_products')]),
) }}
