{# The statement that makes one raw table, from the columns that its yml tells. #}
{% macro create_raw_table(source) %}
    create table if not exists raw.{{ source.name }} (
        {% for column in source.columns.values() %}
            {{ adapter.quote(column.name) }} {{ raw_type(column.data_type) }}{{ ',' if not loop.last }}
        {% endfor %}
    )
{% endmacro %}
