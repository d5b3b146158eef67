{# A value as a text literal of SQL, escaped; a missing one is a null of type text. #}
{% macro text_literal(value) -%}
    cast({{ 'null' if value is none or value is undefined else quoted_text(value) }} as {{ dbt.type_string() }})
{%- endmacro %}
