{{ kpi_from(
    ref('period_journeys'),
    numerator='pivoted_journey_count',
    denominator='journey_count',
    immature_count='immature_journey_count',
    where="dimension in ('all', 'segment', 'country')",
) }}
