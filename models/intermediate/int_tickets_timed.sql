{{ config(materialized='view') }}

with told as (
    select * from {{ ref('int_tickets_told') }}
),

open_time as (
    select * from {{ ref('int_tickets_open_time') }}
),

promises as (
    select * from {{ ref('int_ticket_promises') }}
),

timed as (
    select
        told._source,
        told.ticket_id,
        told.first_response_at,
        told.resolved_at,
        {{ local_date('told.resolved_at') }} as resolved_on,
        told.has_events,
        told.first_response_seconds,
        told.resolution_seconds,
        open_time.first_response_open_seconds,
        open_time.resolution_open_seconds,
        promises.promised_by,
        promises.is_answered_in_time,
        told.is_reopened,
        told.is_one_touch
    from told
    left join open_time
        on
            told._source = open_time._source
            and told.ticket_id = open_time.ticket_id
    left join promises
        on
            told._source = promises._source
            and told.ticket_id = promises.ticket_id
)

select * from timed
