{# The timestamp so many whole seconds after another. #}
{% macro seconds_after(timestamp, seconds) -%}
    cast({{ dbt.dateadd('second', seconds, timestamp) }} as timestamp)
{%- endmacro %}
