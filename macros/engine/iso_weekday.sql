{# The weekday of a date, 1 (Monday) to 7 (Sunday). #}
{% macro iso_weekday(date_on) -%}
    {{ return(adapter.dispatch('iso_weekday', 'service_kpis')(date_on)) }}
{%- endmacro %}

{% macro default__iso_weekday(date_on) -%}
    cast(extract(isodow from {{ date_on }}) as bigint)
{%- endmacro %}

{% macro spark__iso_weekday(date_on) -%}
    cast(weekday({{ date_on }}) + 1 as bigint)
{%- endmacro %}
