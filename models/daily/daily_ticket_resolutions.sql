with resolved_tickets as (
    select
        *,
        resolved_on as date_on
    from {{ ref('fct_tickets') }}
    where is_counted and resolved_on is not null
),

{{ by_dimension(
    'resolved_tickets', ['date_on'], ticket_dimensions(), ticket_resolution_measures()
) }}
