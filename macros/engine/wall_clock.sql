{# The wall-clock timestamp of a day and a time of day `HH:MM`, or `24:00`, the midnight that ends the day. #}
{% macro wall_clock(date_on, time_of_day) -%}
    {%- set text = dbt.type_string() -%}
    case
        when {{ time_of_day }} = '24:00' then cast({{ dbt.dateadd('day', 1, date_on) }} as timestamp)
        else cast(cast({{ date_on }} as {{ text }}) || ' ' || {{ time_of_day }} || ':00' as timestamp)
    end
{%- endmacro %}
