with order_claims as (
    select * from {{ source('raw', 'order_claims') }}
),

cleaned as (
    select
        _source,
        claim_id,
        order_id,
        kind,
        opened_at,
        coalesce(is_denied, false) as is_denied
    from order_claims
)

select * from cleaned
