{#
  Ends a model, after its import CTEs, as by_dimension does, with measures that don't add up: medians, customers who
  count once. Each dimension is aggregated from the rows anew (grouping sets).
#}
{% macro counted_by_dimension(relation, by, dimensions, measures) -%}
{{ dimensioned(relation, dimensions) }},

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

select * from grouped
{%- endmacro %}
