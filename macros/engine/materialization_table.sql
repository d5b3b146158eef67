{# dbt's own materialization, for DuckDB; see materialize_at_once. #}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ materialize_at_once(target_relation, create_table_as(false, target_relation, compiled_code)) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
