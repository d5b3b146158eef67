{{ config(meta={'days_of': {'fct_reviews': 'posted_on'}}) }}

with opinions as (
    select
        *,
        posted_on as date_on
    from {{ ref('fct_reviews') }}
    where not is_removed and {{ is_on_touched_day('posted_on') }}
),

{{ by_dimension('opinions', ['date_on'], review_dimensions(), review_measures()) }}
