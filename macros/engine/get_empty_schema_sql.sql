{# dbt's own macro, which a contract's columns are checked with, in the engine's types. #}
{% macro postgres__get_empty_schema_sql(columns) -%}
    {{ return(dbt.default__get_empty_schema_sql(columns_in_engine_types(columns))) }}
{%- endmacro %}

{% macro spark__get_empty_schema_sql(columns) -%}
    {{ return(dbt.default__get_empty_schema_sql(columns_in_engine_types(columns))) }}
{%- endmacro %}
