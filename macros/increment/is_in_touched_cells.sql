{# A model of cells computes those of touched periods alone. #}
{% macro is_in_touched_cells() -%}
    {{ '(grain, period_start) in (' ~ touched_periods() ~ ')' if is_increment() else 'true' }}
{%- endmacro %}
