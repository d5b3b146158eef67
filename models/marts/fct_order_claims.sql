{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'claim_id'],
    meta={'touched_by': {'kind': "'claim'", 'id': 'claim_id'}},
) }}

with claims as (
    select * from {{ touched(ref('stg_order_claims')) }}
),

judged as (
    select
        _source,
        claim_id,
        order_id,
        kind,
        opened_at,
        {{ local_date('opened_at') }} as opened_on,
        is_denied,
        kind = 'chargeback' or (kind = 'guarantee_claim' and not is_denied) as is_defect
    from claims
)

select * from judged
