{# Seconds from one timestamp to another as a double, fractions kept: datediff() counts boundaries crossed. #}
{% macro seconds_between(first, last) -%}
    {{ return(adapter.dispatch('seconds_between', 'service_kpis')(first, last)) }}
{%- endmacro %}

{% macro default__seconds_between(first, last) -%}
    cast(extract(epoch from {{ last }} - {{ first }}) as {{ type_double() }})
{%- endmacro %}

{% macro duckdb__seconds_between(first, last) -%}
    ((epoch_us({{ last }}) - epoch_us({{ first }})) / cast(1000000 as double))
{%- endmacro %}

{% macro spark__seconds_between(first, last) -%}
    ((unix_micros({{ last }}) - unix_micros({{ first }})) / cast(1000000 as double))
{%- endmacro %}
