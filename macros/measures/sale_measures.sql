{# What repeat sales are made of: sums over orders, or over the part of each that one product lifetime has. #}
{% macro sale_measures() -%}
    {{ return({
        'sale_count': count_where('is_sale'),
        'repeat_sale_count': count_where('is_repeat_order'),
        'valued_repeat_sale_count': count_where('is_repeat_order and is_in_reporting_currency'),
        'repeat_sale_amount': sum_where('amount', 'is_repeat_order and is_in_reporting_currency'),
    }) }}
{%- endmacro %}
