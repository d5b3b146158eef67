{{ kpi_from(
    ref('period_buyers'),
    numerator='up_sold_count',
    denominator='returning_buyer_count',
) }}
