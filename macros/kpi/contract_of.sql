{# The contract that a call or ticket is handled under, `<client> / <service>`; null where neither is told. #}
{% macro contract_of(client, service) -%}
    case
        when {{ client }} is not null or {{ service }} is not null
            then {{ dimension_value(client) }} || ' / ' || {{ dimension_value(service) }}
    end
{%- endmacro %}
