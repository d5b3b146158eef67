{# dbt's own macro, which makes a table with a contract, in the engine's types; our contracts have no constraints. #}
{% macro postgres__get_table_columns_and_constraints() -%}
    (
        {%- for definition in adapter.render_raw_columns_constraints(columns_in_engine_types(model.columns)) -%}
            {{ definition }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
