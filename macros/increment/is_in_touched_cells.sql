{# kpi_values computes touched cells alone. #}
{% macro is_in_touched_cells() -%}
    {{ '(kpi_key, grain, period_start) in (' ~ touched_cells() ~ ')' if is_increment() else 'true' }}
{%- endmacro %}
