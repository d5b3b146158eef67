with request_types as (
    select * from {{ ref('request_types') }}
)

select * from request_types
