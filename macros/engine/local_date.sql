{# The day, in the reporting time zone or in that of a column, of a UTC timestamp. #}
{% macro local_date(utc, timezone=none) -%}
    cast({{ local_timestamp(utc, timezone) }} as date)
{%- endmacro %}
