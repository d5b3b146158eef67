-- The median of a week is not the median of its days' medians: computed from rows at each grain.
-- The day of the resolution decides here, so its type does too.
with resolved_tickets as (
    select
        resolution_seconds,
        client,
        service,
        contract,
        team,
        agent,
        channel,
        request_type,
        request_value,
        complexity,
        priority,
        segment,
        country,
        resolution_day_type as day_type,
        resolved_on
    from {{ ref('fct_tickets') }}
    where is_counted and resolved_on is not null
),

grained as (
    {{ at_every_grain('resolved_tickets', 'resolved_on') }}
),

{{ by_dimension(
    'grained', ['grain', 'period_start'], ticket_dimensions(), resolution_percentile_measures()
) }}
where not (grain = 'day' and dimension = 'agent')
