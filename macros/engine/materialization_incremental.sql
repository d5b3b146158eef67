{#
  dbt's own materialization, for DuckDB: the rows that an increment touches are replaced in the table that stands; any
  other run makes it anew, as it doesn't know what is touched.
#}
{% materialization incremental, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- if is_increment() -%}
        {% call statement('main') -%}
            {{ replace_touched_rows(target_relation, compiled_code) }}
        {%- endcall %}
        {{ adapter.commit() }}
    {%- else -%}
        {{ materialize_at_once(target_relation, create_table_as(false, target_relation, compiled_code)) }}
    {%- endif -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
