{{ config(schema='marts', materialized='table') }}

select
    _source,
    call_id,
    started_at,
    ended_at
from {{ source('raw', 'calls') }}
