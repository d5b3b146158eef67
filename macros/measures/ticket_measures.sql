{# What KPIs of the tickets that came in are made of: sums over the counted rows of fct_tickets, dated by created_on. #}
{% macro ticket_measures() -%}
    {{ return({
        'created_count': 'count(*)',
        'resolved_now_count': count_where('is_resolved'),
        'responded_count': count_where('first_response_seconds is not null'),
        'response_seconds': sum_where('first_response_seconds'),
        'response_seconds_squared': sum_of_squares_where('first_response_seconds'),
        'responded_in_open_time_count': count_where('first_response_open_seconds is not null'),
        'response_open_seconds': sum_where('first_response_open_seconds'),
        'response_open_seconds_squared': sum_of_squares_where('first_response_open_seconds'),
        'promise_judged_count': count_where('is_answered_in_time is not null'),
        'promise_met_count': count_where('is_answered_in_time'),
        'promise_immature_count': count_where('is_answered_in_time is null and first_response_at is null and matures_at is not null'),
        'ever_resolved_count': count_where('is_reopened is not null'),
        'reopened_count': count_where('is_reopened'),
    }) }}
{%- endmacro %}
