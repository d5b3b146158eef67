{# The KPI relations, {key: relation}, one below the other, each row with its key. #}
{% macro kpi_union(kpis) -%}
    {% for key, relation in kpis.items() %}
        select '{{ key }}' as kpi_key, * from {{ relation }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
