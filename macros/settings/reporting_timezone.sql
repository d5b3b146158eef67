{# The reporting time zone as a SQL literal. #}
{% macro reporting_timezone() -%}
    {{ dbt.string_literal(dbt.escape_single_quotes(var('reporting_timezone'))) }}
{%- endmacro %}
