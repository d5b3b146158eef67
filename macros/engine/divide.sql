{# The only division: a double, and null where there is nothing to divide by (1/0 is inf on DuckDB, 1/2 is 0 on Postgres). #}
{% macro divide(numerator, denominator) -%}
    (cast({{ numerator }} as {{ type_double() }}) / nullif(cast({{ denominator }} as {{ type_double() }}), 0))
{%- endmacro %}
