{#
  Makes one raw table, from the columns that its yml tells, where it is not there. On Spark it is of Parquet: of the
  files that lie in <SERVICE_KPIS_SPARK_RAW>/<table>, if that is set, else of its own.
#}
{% macro create_raw_table(source) %}
    {% do adapter.dispatch('create_raw_table', 'service_kpis')(source) %}
{% endmacro %}

{% macro default__create_raw_table(source) %}
    {% do run_query('create table if not exists ' ~ source.schema ~ '.' ~ source.name ~ raw_columns(source)) %}
{% endmacro %}

{% macro spark__create_raw_table(source) %}
    {% set folder = env_var('SERVICE_KPIS_SPARK_RAW', '') %}
    {% set location = "location " ~ quoted_text(folder ~ '/' ~ source.name) if folder else '' %}
    {% do run_query(
        'create table if not exists ' ~ source.schema ~ '.' ~ source.name ~ raw_columns(source) ~ ' using parquet ' ~ location
    ) %}
    {# A server keeps the list of a table's files, which a landing has replaced since. #}
    {% do run_query('refresh table ' ~ source.schema ~ '.' ~ source.name) %}
{% endmacro %}
