{# What email_to_call_rate is made of: sums over the rows of fct_email_tickets, dated by created_on. #}
{% macro email_measures() -%}
    {{ return({
        'email_ticket_count': count_where('is_followed_by_call is not null'),
        'followed_by_call_count': count_where('is_followed_by_call'),
        'immature_email_ticket_count': count_where('is_followed_by_call is null'),
    }) }}
{%- endmacro %}
