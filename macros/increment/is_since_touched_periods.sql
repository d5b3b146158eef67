{#
  A model of periods needs no row of a day before the first that is touched. `column`: the day of a row. A row after it
  may be of no touched period: is_in_touched_period tells.
#}
{% macro is_since_touched_periods(column) -%}
    {%- if is_increment() -%}
        {{ column }} >= (select min(period_start) from ({{ touched_periods() }}))
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
