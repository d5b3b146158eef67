{# What KPIs of resolved tickets are made of: sums over the counted rows of fct_tickets, dated by resolved_on. #}
{% macro ticket_resolution_measures() -%}
    {{ return({
        'resolved_count': count_where('resolution_seconds is not null'),
        'resolution_seconds': sum_where('resolution_seconds'),
        'resolution_seconds_squared': sum_of_squares_where('resolution_seconds'),
        'resolved_in_open_time_count': count_where('resolution_open_seconds is not null'),
        'resolution_open_seconds': sum_where('resolution_open_seconds'),
        'resolution_open_seconds_squared': sum_of_squares_where('resolution_open_seconds'),
        'touch_judged_count': count_where('is_one_touch is not null'),
        'one_touch_count': count_where('is_one_touch'),
    }) }}
{%- endmacro %}
