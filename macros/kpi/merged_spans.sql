{#
  CTEs that merge the overlapping and adjoining spans of one `owner`, so that it stands once in each moment. The last,
  `merged`, has the owner, span_number and the bounds. Of equal spans only one goes in: two windows need not put them
  in the same order.

  relation: a CTE; owner: columns that say whose span it is; starts, ends: its bounds, the end outside it.
#}
{% macro merged_spans(relation, owner, starts, ends) -%}
distinct_spans as (
    select distinct
        {{ owner | join(', ') }},
        {{ starts }},
        {{ ends }}
    from {{ relation }}
),

reached as (
    select
        *,
        max({{ ends }}) over (
            partition by {{ owner | join(', ') }} order by {{ starts }}, {{ ends }}
            rows between unbounded preceding and 1 preceding
        ) as reached_until
    from distinct_spans
),

chained as (
    select
        *,
        sum(case when {{ starts }} <= reached_until then 0 else 1 end) over (
            partition by {{ owner | join(', ') }} order by {{ starts }}, {{ ends }}
            rows between unbounded preceding and current row
        ) as span_number
    from reached
),

merged as (
    select
        {{ owner | join(', ') }},
        span_number,
        min({{ starts }}) as {{ starts }},
        max({{ ends }}) as {{ ends }}
    from chained
    group by {{ owner | join(', ') }}, span_number
)
{%- endmacro %}
