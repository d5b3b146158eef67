{#
  The wall-clock time of a UTC timestamp, in the reporting time zone or in that of a column. In this direction every
  engine is exact.
#}
{% macro local_timestamp(utc, timezone=none) -%}
    {{ return(adapter.dispatch('local_timestamp', 'service_kpis')(utc, timezone or reporting_timezone())) }}
{%- endmacro %}

{% macro default__local_timestamp(utc, timezone) -%}
    timezone({{ timezone }}, timezone('UTC', {{ utc }}))
{%- endmacro %}

{% macro spark__local_timestamp(utc, timezone) -%}
    from_utc_timestamp({{ utc }}, {{ timezone }})
{%- endmacro %}
