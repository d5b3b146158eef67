{# What retention is made of: sums over fct_customer_periods. #}
{% macro customer_period_measures() -%}
    {{ return({
        'active_at_start_count': count_where('is_active_at_start'),
        'retained_count': count_where('is_retained'),
        'lost_count': count_where('not is_retained'),
    }) }}
{%- endmacro %}
