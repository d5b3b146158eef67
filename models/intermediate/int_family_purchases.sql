{{ config(materialized='view') }}

with lines as (
    select * from {{ ref('int_sale_lines') }}
    where family is not null and list_price is not null
),

-- Few buy of one family twice.
bought_again as (
    select
        customer_id,
        family
    from lines
    group by customer_id, family
    having min(ordered_at) < max(ordered_at)
),

purchases as (
    select
        lines.customer_id,
        lines.family,
        lines.ordered_at,
        max(lines.list_price) as dearest_price
    from lines
    inner join bought_again
        on
            lines.customer_id = bought_again.customer_id
            and lines.family = bought_again.family
    group by lines.customer_id, lines.family, lines.ordered_at
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
