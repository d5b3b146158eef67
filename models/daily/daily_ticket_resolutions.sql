{{ config(meta={'days_of': {'fct_tickets': 'resolved_on'}}) }}

with resolved_tickets as (
    select * from {{ ref('int_tickets_resolved') }}
    where {{ is_on_touched_day('date_on') }}
),

{{ by_dimension(
    'resolved_tickets', ['date_on'], ticket_dimensions(), ticket_resolution_measures()
) }}
