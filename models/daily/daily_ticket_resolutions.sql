-- The day of the resolution decides here, so its type does too.
with resolved_tickets as (
    select
        resolution_seconds,
        resolution_open_seconds,
        is_one_touch,
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
        resolved_on as date_on
    from {{ ref('fct_tickets') }}
    where is_counted and resolved_on is not null
),

{{ by_dimension(
    'resolved_tickets', ['date_on'], ticket_dimensions(), ticket_resolution_measures()
) }}
