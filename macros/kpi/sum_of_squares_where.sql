{# A measure: the sum of squares of an amount over the rows that meet a condition, for confidence intervals. #}
{% macro sum_of_squares_where(amount, condition='true') -%}
    {%- set double = "cast(" ~ amount ~ " as " ~ type_double() ~ ")" -%}
    coalesce(sum({{ double }} * {{ double }}) filter (where {{ condition }}), 0)
{%- endmacro %}
