with resolved_tickets as (
    select * from {{ ref('int_tickets_resolved') }}
),

{{ by_dimension(
    'resolved_tickets', ['date_on'], ticket_dimensions(), ticket_resolution_measures()
) }}
