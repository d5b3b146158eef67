{{ config(meta={'days_of': {'mart_customer_journeys': 'started_on'}}) }}

with journeys as (
    select
        *,
        started_on as date_on
    from {{ ref('mart_customer_journeys') }}
    where {{ is_on_touched_day('started_on') }}
),

{{ by_dimension('journeys', ['date_on'], journey_dimensions(), journey_measures()) }}
