{# The timestamp so many days of 86 400 seconds after another. #}
{% macro days_after(timestamp, days) -%}
    cast({{ dbt.dateadd('day', days, timestamp) }} as timestamp)
{%- endmacro %}
