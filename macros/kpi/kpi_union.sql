{#
  The KPI relations, {key: relation}, one below the other, each row with its key. Columns are named, as a union goes
  by position and two swapped numbers would fit each other's types.
#}
{% macro kpi_union(kpis) -%}
    {% for key, relation in kpis.items() %}
        select
            '{{ key }}' as kpi_key,
            grain,
            period_start,
            dimension,
            dimension_value,
            numerator,
            denominator,
            sum_of_squares,
            sample_size,
            immature_count
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
