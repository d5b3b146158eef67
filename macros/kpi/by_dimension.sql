{# Ends a model, after its import CTEs, with a relation aggregated by dimension: see grouped_by_dimension. #}
{% macro by_dimension(relation, by, dimensions, measures) -%}
{{ grouped_by_dimension(relation, by, dimensions, measures) }}

select * from grouped
{%- endmacro %}
