{# The statement that makes one raw table: the contract's columns, and those that landing adds to each row. #}
{% macro create_raw_table(source) %}
    {% set landed = {'_source': 'text', '_file': 'text', '_row': 'integer', '_landed_at': 'timestamp'} %}
    create table if not exists raw.{{ source.name }} (
        {% for column in source.columns.values() %}
            {{ adapter.quote(column.name) }} {{ raw_type(column.data_type) }}{{ ',' if not loop.last }}
        {% endfor %}
        {% if source.source_name == 'raw' %}
            {% for name, data_type in landed.items() %}
                , {{ name }} {{ raw_type(data_type) }}
            {% endfor %}
        {% endif %}
    )
{% endmacro %}
