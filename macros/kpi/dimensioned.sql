{# The CTE `dimensioned`: a relation with the value of each dimension as `dimension_<name>`, `(none)` where it has none. #}
{% macro dimensioned(relation, dimensions) -%}
dimensioned as (
    select
        *,
        {% for name in dimensions %}
            {{ dimension_value(name) }} as dimension_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ relation }}
)
{%- endmacro %}
