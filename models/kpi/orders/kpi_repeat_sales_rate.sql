{{ kpi_from(
    ref('period_orders'),
    numerator='repeat_sale_count',
    denominator='sale_count',
) }}
union all
{{ kpi_from(
    ref('period_order_lifetimes'),
    numerator='repeat_sale_count',
    denominator='sale_count',
) }}
