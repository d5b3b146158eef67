{# The day, in the reporting time zone, of a UTC timestamp. #}
{% macro local_date(utc) -%}
    {{ return(adapter.dispatch('local_date', 'service_kpis')(utc)) }}
{%- endmacro %}

{% macro default__local_date(utc) -%}
    cast({{ local_timestamp(utc) }} as date)
{%- endmacro %}

{#
  DuckDB looks the zone up for each timestamp, which takes 20 times as long as all else here. At hours of UTC that the
  zone has on the same day by each of its offsets since 1970, and by an hour more or less, there is nothing to look up.
#}
{% macro duckdb__local_date(utc) -%}
    {%- set name = var('reporting_timezone') -%}
    {%- set hours = [] -%}
    {%- if name in modules.pytz.all_timezones_set -%}
        {%- set zone = modules.pytz.timezone(name) -%}
        {%- for year in range(1970, 2038) -%}
            {%- for month in [1, 7] -%}
                {%- set day = zone.localize(modules.datetime.datetime(year, month, 1)) -%}
                {%- do hours.append(day.utcoffset().total_seconds() / 3600) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set from_hour = 1 - (hours | min | round(0, 'floor') | int) if hours else 24 -%}
    {%- set to_hour = 22 - (hours | max | round(0, 'ceil') | int) if hours else 0 -%}
    {%- if [from_hour, 0] | max < [to_hour, 23] | min -%}
        case
            when hour({{ utc }}) between {{ [from_hour, 0] | max }} and {{ [to_hour, 23] | min }}
                then cast({{ utc }} as date)
            else {{ default__local_date(utc) }}
        end
    {%- else -%}
        {{ default__local_date(utc) }}
    {%- endif -%}
{%- endmacro %}
