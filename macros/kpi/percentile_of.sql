{# A measure: a percentile of an amount, linear between rows; null where no row has one. #}
{% macro percentile_of(amount, fraction) -%}
    percentile_cont({{ fraction }}) within group (order by {{ amount }})
{%- endmacro %}
