{# The statement that drops what a relation was before, a table or a view; nothing where there was none. #}
{% macro drop_statement(relation) -%}
    {%- if relation is not none -%}
        drop {{ relation.type }} if exists {{ relation }};
    {%- endif -%}
{%- endmacro %}
