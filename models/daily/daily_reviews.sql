with opinions as (
    select
        *,
        posted_on as date_on
    from {{ ref('fct_reviews') }}
    where not is_removed
),

{{ by_dimension('opinions', ['date_on'], review_dimensions(), review_measures()) }}
