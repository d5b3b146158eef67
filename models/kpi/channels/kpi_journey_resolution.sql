{{ kpi_from(
    ref('period_journeys'),
    numerator='resolved_journey_count',
    denominator='journey_count',
    immature_count='immature_journey_count',
) }}
