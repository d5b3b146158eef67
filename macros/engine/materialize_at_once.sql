{#
  In DuckDB, what a table and a view have in common: in one transaction the old one goes and the new one takes its name.
  dbt-duckdb makes it under another name, renames both and drops the old one: five statements more a model, and hundreds
  of models.

  target_relation: what is made; create: the statement that makes it.
#}
{% macro materialize_at_once(target_relation, create) %}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {% call statement('main') -%}
        {{ drop_statement(load_cached_relation(this)) }}
        {{ create }}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
{% endmacro %}
