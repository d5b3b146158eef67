{{ config(materialized='view') }}

-- A ticket follows the schedule named as its service, else the default one.
with tickets as (
    select * from {{ touched(ref('stg_tickets')) }}
),

told as (
    select * from {{ ref('int_tickets_told') }}
),

schedules as (
    select distinct
        schedule,
        timezone
    from {{ ref('business_hours') }}
),

followed as (
    select
        tickets._source,
        tickets.ticket_id,
        tickets.created_at,
        told.first_response_at,
        told.resolved_at,
        coalesce(own.schedule, default_schedule.schedule) as schedule,
        coalesce(own.timezone, default_schedule.timezone) as timezone
    from tickets
    inner join told
        on
            tickets._source = told._source
            and tickets.ticket_id = told.ticket_id
    left join schedules as own
        on tickets.service = own.schedule
    left join schedules as default_schedule
        on default_schedule.schedule = 'default'
    where tickets.is_counted
)

select * from followed
