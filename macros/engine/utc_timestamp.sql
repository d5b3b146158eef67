{#
  The instant, in UTC, of a wall-clock time in a time zone. Engines disagree in this direction where clocks change, so
  it is found by the exact one: of the offsets a day before and a day after, the one that leads back to the same
  wall-clock time. An hour that a change repeats is the first one; one that it skips is the instant of the change.

  local, timezone: columns.
#}
{% macro utc_timestamp(local, timezone) -%}
    {%- set by_offset_before = utc_by_offset_near(local, timezone, -1) -%}
    {%- set by_offset_after = utc_by_offset_near(local, timezone, 1) -%}
    case
        when {{ local_timestamp(by_offset_before, timezone) }} = {{ local }} then {{ by_offset_before }}
        when {{ local_timestamp(by_offset_after, timezone) }} = {{ local }} then {{ by_offset_after }}
        else {{ seconds_after(
            by_offset_before,
            '-cast(' ~ seconds_between(dbt.date_trunc('hour', local), local) ~ ' as integer)'
        ) }}
    end
{%- endmacro %}
