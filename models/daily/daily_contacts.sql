{{ config(meta={'days_of': {'fct_contacts': 'contacted_on'}}) }}

with contacts as (
    select
        *,
        contacted_on as date_on
    from {{ ref('fct_contacts') }}
    where {{ is_on_touched_day('contacted_on') }}
),

{{ by_dimension('contacts', ['date_on'], contact_dimensions(), contact_measures()) }}
