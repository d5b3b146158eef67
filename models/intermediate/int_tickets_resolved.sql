{{ config(materialized='view') }}

-- The day of the resolution decides here, so its type does too.
with resolved as (
    select
        _source,
        ticket_id,
        client,
        service,
        contract,
        team,
        agent,
        channel,
        request_type,
        request_value,
        complexity,
        priority,
        segment,
        country,
        resolution_day_type as day_type,
        resolved_on as date_on,
        resolution_seconds,
        resolution_open_seconds,
        is_one_touch
    from {{ ref('fct_tickets') }}
    where is_counted and resolved_on is not null
)

select * from resolved
