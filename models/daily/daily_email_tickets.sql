{{ config(meta={'days_of': {'fct_email_tickets': 'created_on'}}) }}

with email_tickets as (
    select
        *,
        created_on as date_on
    from {{ ref('fct_email_tickets') }}
    where {{ is_on_touched_day('created_on') }}
),

{{ by_dimension('email_tickets', ['date_on'], email_dimensions(), email_measures()) }}
