with email_tickets as (
    select
        *,
        created_on as date_on
    from {{ ref('fct_email_tickets') }}
),

{{ by_dimension('email_tickets', ['date_on'], email_dimensions(), email_measures()) }}
