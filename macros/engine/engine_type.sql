{#
  What the engine calls a type of a contract, of raw tables and of marts alike: contracts say text, timestamp (UTC,
  without zone), date, boolean, integer and bigint (64 bits), double (64 bits), and decimal, with its precision or not.
#}
{% macro engine_type(contract_type) -%}
    {%- set types = {
        'text': dbt.type_string(),
        'integer': 'bigint',
        'double': type_double(),
        'decimal': 'decimal(28, 8)',
    } -%}
    {{ return(types.get(contract_type, contract_type)) }}
{%- endmacro %}
