{# How many of the best scores of a satisfaction scale count as satisfied: one of up to 3, two of 4–7, three of 8 and more (S3). #}
{% macro top_box(scale_max) -%}
    case when {{ scale_max }} <= 3 then 1 when {{ scale_max }} <= 7 then 2 else 3 end
{%- endmacro %}
