{# A text between quotes, as SQL reads it: on Spark, backslashes escape too. #}
{% macro quoted_text(text) -%}
    {{ return(adapter.dispatch('quoted_text', 'service_kpis')(text | string)) }}
{%- endmacro %}

{% macro default__quoted_text(text) -%}
    {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro spark__quoted_text(text) -%}
    {{ return("'" ~ text | replace('\\', '\\\\') | replace("'", "\\'") ~ "'") }}
{%- endmacro %}
