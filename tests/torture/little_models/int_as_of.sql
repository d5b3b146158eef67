{{ config(schema='intermediate', materialized='table') }}

select
    max(ended_at) as as_of,
    cast(max(ended_at) as date) as as_of_on
from {{ source('raw', 'calls') }}
