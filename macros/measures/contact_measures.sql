{# What contact KPIs are made of: sums over the rows of fct_contacts, dated by contacted_on. #}
{% macro contact_measures() -%}
    {{ return({
        'contact_count': 'count(*)',
        'valued_count': count_where('is_low_value is not null'),
        'low_value_count': count_where('is_low_value'),
        'self_care_count': count_where('is_self_care'),
    }) }}
{%- endmacro %}
