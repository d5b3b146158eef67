{# dbt's own materialization, for DuckDB; see materialize_at_once. #}
{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ materialize_at_once(target_relation, get_create_view_as_sql(target_relation, compiled_code)) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
