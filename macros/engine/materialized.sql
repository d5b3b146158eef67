{#
  Before the parentheses of a CTE: it is computed whole before what reads it. DuckDB writes a union of many small
  branches as many small groups of rows, each of which it packs anew with its neighbours; so it packs them once.
#}
{% macro materialized() -%}
    {{ return(adapter.dispatch('materialized', 'service_kpis')()) }}
{%- endmacro %}

{% macro default__materialized() -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__materialized() -%}
    {{ return('materialized') }}
{%- endmacro %}
