{#
  dbt's own macro, in one statement: dbt-duckdb's asks for the columns twice first. A DuckLake keeps no words on the
  columns of a view.
#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments -%}
        {%- if for_relation and config.persist_relation_docs() and model.description -%}
            {{ alter_relation_comment(relation, model.description) }}
        {%- endif -%}
        {%- if for_columns and config.persist_column_docs() and not (relation.is_view and adapter.is_ducklake(relation)) -%}
            {%- for column in model.columns.values() if column.description %}
                comment on column {{ relation }}.{{ adapter.quote(column.name) }}
                is {{ duckdb_escape_comment(column.description) }};
            {%- endfor -%}
        {%- endif -%}
    {%- endset -%}
    {%- if comments | trim -%}
        {%- do run_query(comments) -%}
    {%- endif -%}
{%- endmacro %}
