{# The day, in the reporting time zone, of a UTC timestamp. #}
{% macro local_date(utc) -%}
    cast({{ local_timestamp(utc) }} as date)
{%- endmacro %}
