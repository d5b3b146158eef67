{# A wall-clock time less the offset from UTC that its time zone has so many days from it. #}
{% macro utc_by_offset_near(local, timezone, days) -%}
    {%- set near = days_after(local, days) -%}
    {{ seconds_after(
        local,
        'cast(' ~ seconds_between(local_timestamp(near, timezone), near) ~ ' as integer)'
    ) }}
{%- endmacro %}
