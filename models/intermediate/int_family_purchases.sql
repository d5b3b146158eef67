with lines as (
    select * from {{ ref('int_sale_lines') }}
    where family is not null and list_price is not null
),

purchases as (
    select
        customer_id,
        family,
        ordered_at,
        max(list_price) as dearest_price
    from lines
    group by customer_id, family, ordered_at
),

compared as (
    select
        *,
        max(dearest_price) over (
            partition by customer_id, family order by ordered_at
            rows between unbounded preceding and 1 preceding
        ) as dearest_price_before
    from purchases
)

select * from compared
