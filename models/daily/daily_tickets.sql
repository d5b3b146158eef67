with tickets as (
    select
        *,
        created_on as date_on
    from {{ ref('fct_tickets') }}
    where is_counted
),

{{ by_dimension('tickets', ['date_on'], ticket_dimensions(), ticket_measures()) }}
