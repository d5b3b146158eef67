{# A select of the latest of some timestamp columns of a relation, as `happened_at`. #}
{% macro latest_of(relation, columns) -%}
    {%- for column in columns %}
        select max({{ column }}) as happened_at from {{ relation }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
