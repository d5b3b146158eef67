{#
  The CTE `grouped` of a model that goes on with it: a relation aggregated by the columns of `by` and by dimension, all
  rows together, then each dimension by itself. Gives `by`, dimension, dimension_value and the measures.

  It is done in two steps, as measures add up: by all dimensions of a family at once (see dimension_families), which
  leaves few rows, and from those by each dimension. So a row is read once a family, and not once a dimension.

  relation: a CTE; dimensions: columns of it; measures: {name: aggregate}, sums and counts of rows.
#}
{% macro grouped_by_dimension(relation, by, dimensions, measures) -%}
{%- set families = dimension_families(dimensions) -%}
{%- set dimension_value_of_row -%}
    case dimensions.dimension
        when 'all' then 'all'
        {% for name in dimensions %}when '{{ name }}' then families.dimension_{{ name }} {% endfor %}
    end
{%- endset -%}
{{ dimensioned(relation, dimensions) }},

families as (
    select
        {{ by | join(', ') }},
        {% for name in dimensions %}dimension_{{ name }}, {% endfor %}
        case
            {% for family in families %}
                when grouping(dimension_{{ family[0] }}) = 0 then {{ loop.index }}
            {% endfor %}
        end as family,
        {% for name, aggregate in measures.items() %}
            {{ measure(name, aggregate) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from dimensioned
    group by grouping sets (
        {% for family in families %}
            ({{ by | join(', ') }}, dimension_{{ family | join(', dimension_') }}){{ ',' if not loop.last }}
        {% endfor %}
    )
),

dimensions as (
    select 1 as family, 'all' as dimension
    {% for family in families %}
        {% set number = loop.index %}
        {% for name in family %}union all select {{ number }}, '{{ name }}' {% endfor %}
    {% endfor %}
),

grouped as (
    select
        {{ by | join(', ') }},
        dimensions.dimension,
        {{ dimension_value_of_row }} as dimension_value,
        {% for name, aggregate in sums_of(measures).items() %}
            {{ measure(name, aggregate) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from families
    inner join dimensions
        on families.family = dimensions.family
    group by {{ by | join(', ') }}, dimensions.dimension, {{ dimension_value_of_row }}
)
{%- endmacro %}
