{# A measure: the sum of an amount over the rows that meet a condition and have one, 0 where none does. #}
{% macro sum_where(amount, condition='true') -%}
    coalesce(sum(cast({{ amount }} as {{ type_double() }})) filter (where {{ condition }}), 0)
{%- endmacro %}
