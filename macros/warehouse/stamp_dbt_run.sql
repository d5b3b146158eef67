{#
  Writes which dbt run wrote to the database last, before any model does: `service-kpis publish` publishes marts that
  were checked, and what another run rebuilt since then, or began to, was not.
#}
{% macro stamp_dbt_run() %}
    {% if execute and flags.WHICH in ('run', 'build', 'snapshot', 'seed') %}
        {% do adapter.create_schema(api.Relation.create(database=target.database or none, schema='intermediate')) %}
        {% do run_query('drop table if exists intermediate.latest_dbt_run') %}
        {% do run_query("create table intermediate.latest_dbt_run as select '" ~ invocation_id ~ "' as invocation_id") %}
    {% endif %}
{% endmacro %}
