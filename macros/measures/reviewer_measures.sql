{# What feedback rates are made of: customers counted once a period, of those who ordered in it. #}
{% macro reviewer_measures() -%}
    {{ return({
        'customer_count': 'count(*)',
        'positive_customer_count': count_where('has_positive_review'),
        'negative_customer_count': count_where('has_negative_review'),
    }) }}
{%- endmacro %}
