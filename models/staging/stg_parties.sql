with parties as (
    select * from {{ source('landing', 'parties') }}
),

known as (
    select
        kind,
        source_name,
        identifier,
        customer_id,
        caller_hash
    from parties
)

select * from known
