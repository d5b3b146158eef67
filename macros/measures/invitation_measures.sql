{# What the response rate is made of: sums over the rows of fct_surveys, dated by sent_on. #}
{% macro invitation_measures() -%}
    {{ return({
        'sent_count': 'count(*)',
        'answered_count': count_where('is_answered'),
    }) }}
{%- endmacro %}
