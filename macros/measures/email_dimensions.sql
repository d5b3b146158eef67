{# What email_to_call_rate is told apart by, beside `all`: columns of fct_email_tickets. #}
{% macro email_dimensions() -%}
    {{ return([
        'client', 'service', 'contract', 'team', 'agent', 'request_type', 'request_value', 'complexity', 'priority',
        'segment', 'country', 'day_type', 'answered_within_24h',
    ]) }}
{%- endmacro %}
