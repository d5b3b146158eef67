{#
  The CTE `grouped` of a model that goes on with it: a relation aggregated by the columns of `by` and by dimension, all
  rows together, then each dimension by itself, in one scan (grouping sets). Gives `by`, dimension, dimension_value and
  the measures.

  relation: a CTE; dimensions: columns of it; measures: {name: aggregate}.
#}
{% macro grouped_by_dimension(relation, by, dimensions, measures) -%}
dimensioned as (
    select
        *,
        {% for name in dimensions %}
            {{ dimension_value(name) }} as dimension_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ relation }}
),

grouped as (
    select
        {{ by | join(', ') }},
        case
            {% for name in dimensions %}
                when grouping(dimension_{{ name }}) = 0 then '{{ name }}'
            {% endfor %}
            else 'all'
        end as dimension,
        coalesce(
            {% for name in dimensions %}dimension_{{ name }}, {% endfor %}'all'
        ) as dimension_value,
        {% for name, aggregate in measures.items() %}
            {{ measure(name, aggregate) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from dimensioned
    group by grouping sets (
        ({{ by | join(', ') }}),
        {% for name in dimensions %}
            ({{ by | join(', ') }}, dimension_{{ name }}){{ ',' if not loop.last }}
        {% endfor %}
    )
)
{%- endmacro %}
