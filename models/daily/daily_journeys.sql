with journeys as (
    select
        *,
        started_on as date_on
    from {{ ref('mart_customer_journeys') }}
),

{{ by_dimension('journeys', ['date_on'], journey_dimensions(), journey_measures()) }}
