with request_types as (
    select * from {{ ref('request_types') }}
),

published as (
    select
        request_type,
        label_en,
        label_fr,
        request_value,
        is_self_care
    from request_types
)

select * from published
