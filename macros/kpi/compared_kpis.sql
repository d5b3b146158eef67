{#
  The CTE `compared` of cells of kpi_values against the period right before each and the target; kpi_changes.yml tells
  its columns. cells: a CTE of rows of kpi_values; kpi_values: rows that hold at least the one before each of these.
#}
{% macro compared_kpis(cells, kpi_values, catalogue) -%}
compared as (
    select
        present.kpi_key,
        present.grain,
        present.period_start,
        present.dimension,
        present.dimension_value,
        present.value,
        previous.value as previous_value,
        present.value - previous.value as change,
        {{ is_beyond_chance('present', 'previous') }} as is_beyond_chance,
        catalogue.target,
        {{ target_status('present.value', 'catalogue.target', 'catalogue.direction') }} as status,
        present.sample_size,
        present.is_complete
    from {{ cells }} as present
    inner join {{ catalogue }} as catalogue
        on present.kpi_key = catalogue.kpi_key
    left join {{ kpi_values }} as previous
        on
            present.kpi_key = previous.kpi_key
            and present.grain = previous.grain
            and present.dimension = previous.dimension
            and present.dimension_value = previous.dimension_value
            and {{ period_before('present.grain', 'present.period_start') }} = previous.period_start
)
{%- endmacro %}
