{{ config(meta={'periods_of': {'fct_tickets': 'resolved_on'}}) }}

-- The median of a week is not the median of its days' medians: computed from rows at each grain.
with grained as (
    {{ at_every_grain(ref('int_tickets_resolved'), 'date_on') }}
),

{{ counted_by_dimension(
    'grained', ['grain', 'period_start'], ticket_dimensions(), resolution_percentile_measures()
) }}
where not (grain = 'day' and dimension = 'agent')
