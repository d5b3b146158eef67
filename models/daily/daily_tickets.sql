{{ config(meta={'days_of': {'fct_tickets': 'created_on'}}) }}

with tickets as (
    select
        *,
        created_on as date_on
    from {{ ref('fct_tickets') }}
    where is_counted and {{ is_on_touched_day('created_on') }}
),

{{ by_dimension('tickets', ['date_on'], ticket_dimensions(), ticket_measures()) }}
