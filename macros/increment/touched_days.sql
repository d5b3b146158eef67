{# The local days of the rows that this increment replaced in the models of a daily model's `days_of`. #}
{% macro touched_days() -%}
    {%- for model, column in config.get('meta').days_of.items() -%}
        select {{ column }} from {{ replaced(this.incorporate(path={'identifier': model})) }}
        {{- ' union ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# A daily model reads the rows of these days alone. `column`: the day of a row. #}
{% macro is_on_touched_day(column) -%}
    {{ column ~ ' in (' ~ touched_days() ~ ')' if is_increment() else 'true' }}
{%- endmacro %}
