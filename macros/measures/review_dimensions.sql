{# What review KPIs are told apart by, beside `all`: columns of fct_reviews. #}
{% macro review_dimensions() -%}
    {{ return(['platform', 'segment', 'country', 'day_type']) }}
{%- endmacro %}
