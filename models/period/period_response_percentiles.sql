{{ config(meta={'periods_of': {'fct_tickets': 'created_on'}}) }}

-- The median of a week is not the median of its days' medians: computed from rows at each grain.
with tickets as (
    select * from {{ ref('fct_tickets') }}
    where is_counted
),

grained as (
    {{ at_every_grain('tickets', 'created_on') }}
),

{{ counted_by_dimension(
    'grained', ['grain', 'period_start'], ticket_dimensions(), response_percentile_measures()
) }}
where not (grain = 'day' and dimension = 'agent')
