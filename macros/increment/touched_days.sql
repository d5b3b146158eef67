{# The local days of the rows that this increment replaced in the models of a daily model's `days_of`. #}
{% macro touched_days() -%}
    {%- for model, column in config.get('meta').days_of.items() -%}
        select {{ column }} from {{ replaced(this.incorporate(path={'identifier': model})) }}
        {{- ' union ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
