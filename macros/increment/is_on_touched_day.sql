{# A daily model reads the rows of these days alone. `column`: the day of a row. #}
{% macro is_on_touched_day(column) -%}
    {{ column ~ ' in (' ~ touched_days() ~ ')' if is_increment() else 'true' }}
{%- endmacro %}
