{# What a row counts under: its value, or `(none)`. #}
{% macro dimension_value(column) -%}
    coalesce(cast({{ column }} as {{ dbt.type_string() }}), '(none)')
{%- endmacro %}
