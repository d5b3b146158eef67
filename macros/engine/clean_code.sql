{# A code as the marts show it: outer blanks off, case kept, blank is null. #}
{% macro clean_code(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}
