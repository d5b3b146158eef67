{# A value as a text literal of SQL, quotes escaped; a missing one is a null of type text. #}
{% macro text_literal(value) -%}
    cast(
        {%- if value is none or value is undefined %} null {% else %} {{ dbt.string_literal(dbt.escape_single_quotes(value | string)) }} {% endif -%}
        as {{ dbt.type_string() }})
{%- endmacro %}
