{# The wall-clock time in the reporting time zone of a UTC timestamp. In this direction every engine is exact. #}
{% macro local_timestamp(utc) -%}
    {{ return(adapter.dispatch('local_timestamp', 'service_kpis')(utc)) }}
{%- endmacro %}

{% macro default__local_timestamp(utc) -%}
    timezone({{ reporting_timezone() }}, timezone('UTC', {{ utc }}))
{%- endmacro %}

{% macro spark__local_timestamp(utc) -%}
    from_utc_timestamp({{ utc }}, {{ reporting_timezone() }})
{%- endmacro %}
