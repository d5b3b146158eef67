{# The engine's type of a contract type: text, timestamp (UTC, without zone), date, integer, decimal, boolean. #}
{% macro raw_type(contract_type) -%}
    {{ return(adapter.dispatch('raw_type', 'service_kpis')(contract_type)) }}
{%- endmacro %}

{% macro default__raw_type(contract_type) -%}
    {%- set types = {
        'text': dbt.type_string(),
        'timestamp': 'timestamp',
        'date': 'date',
        'integer': 'bigint',
        'decimal': 'decimal(28, 8)',
        'boolean': 'boolean',
    } -%}
    {{ return(types[contract_type]) }}
{%- endmacro %}
