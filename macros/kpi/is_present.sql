{# Whether a relation has any row: a KPI is absent where a table that it needs is. #}
{% macro is_present(relation) -%}
    exists (select 1 from {{ relation }})
{%- endmacro %}
