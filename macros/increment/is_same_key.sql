{# Whether rows of two relations have the same key; of a key of the house, a part may be null. #}
{% macro is_same_key(key, one, other) -%}
    {%- for column in key -%}
        {{ one }}.{{ column }} is not distinct from {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
