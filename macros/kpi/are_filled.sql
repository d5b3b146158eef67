{# Whether each relation has a row: a KPI over several tables is absent when one that it needs is absent. #}
{% macro are_filled(relations) -%}
    {% for relation in relations -%}
        exists (select 1 from {{ relation }}){{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
