{#
  The var as_of as a UTC timestamp literal, or null where it is not set. Without an offset it is local to the
  reporting time zone, the first of two in the hour that a clock change repeats; a bare date is the first instant of
  that day.
#}
{% macro as_of_literal() -%}
    {%- set given = var('as_of') -%}
    {%- if given is none or given | string == '' -%}
        cast(null as timestamp)
    {%- else -%}
        {%- set moment = modules.datetime.datetime.fromisoformat(given | string | replace('Z', '+00:00')) -%}
        {%- if moment.tzinfo is none -%}
            {%- set moment = modules.pytz.timezone(var('reporting_timezone')).localize(moment, is_dst=true) -%}
        {%- endif -%}
        cast('{{ moment.astimezone(modules.pytz.utc).strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}
