{# The columns of a raw table as its yml tells them, between parentheses, for the statement that makes it. #}
{% macro raw_columns(source) -%}
    (
        {%- for column in source.columns.values() -%}
            {{ adapter.quote(column.name) }} {{ engine_type(column.data_type) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
