{#
  Makes every raw table that is not there yet, empty, from the columns of models/staging/*.yml, so that a warehouse
  with calls alone, or with nothing at all, builds. An empty table counts as absent.
#}
{% macro create_missing_raw_tables() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot', 'seed') %}
        {% do adapter.create_schema(api.Relation.create(database=target.database or none, schema=var('raw_schema', 'raw'))) %}
        {% for source in graph.sources.values() %}
            {% do create_raw_table(source) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
