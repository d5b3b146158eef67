with contacts as (
    select
        *,
        contacted_on as date_on
    from {{ ref('fct_contacts') }}
),

{{ by_dimension('contacts', ['date_on'], contact_dimensions(), contact_measures()) }}
