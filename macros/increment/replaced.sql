{# The rows of a model that this increment took out or put in; see replace_touched_rows. #}
{% macro replaced(relation) -%}
    {{ relation.incorporate(path={'schema': 'replaced'}, type='table') }}
{%- endmacro %}
