{# Texts to order by, as their bytes do on DuckDB and Spark: a Postgres server orders by its own language otherwise. #}
{% macro byte_order() -%}
    {{ return(adapter.dispatch('byte_order', 'service_kpis')(varargs)) }}
{%- endmacro %}

{% macro default__byte_order(columns) -%}
    {{ return(columns | join(', ')) }}
{%- endmacro %}

{% macro postgres__byte_order(columns) -%}
    {{ return(columns | join(' collate "C", ') ~ ' collate "C"') }}
{%- endmacro %}
