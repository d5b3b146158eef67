{#
  The CTEs that take the stock of each period, `closing`, from a relation of stocks by day: it is that of its last day;
  of the current one, of as_of's day.
#}
{% macro closing_stock(relation, stock) -%}
grained as (
    {{ at_every_grain(relation, 'date_on') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by grain, period_start, dimension, dimension_value order by date_on desc
        ) as recency
    from grained
),

closing as (
    select
        grain,
        period_start,
        dimension,
        dimension_value,
        {{ stock }}
    from ranked
    where recency = 1
)
{%- endmacro %}
