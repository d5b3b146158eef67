{# The rows of a model that this increment took out or put in; see get_incremental_touched_sql. #}
{% macro replaced(relation) -%}
    {{ relation.incorporate(path={'schema': 'replaced'}, type='table') }}
{%- endmacro %}
