{# The first day of the period that a day lies in; weeks start on Monday. #}
{% macro period_start(grain, date_on) -%}
    cast({{ dbt.date_trunc(grain, date_on) }} as date)
{%- endmacro %}
