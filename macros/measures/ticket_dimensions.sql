{# What ticket KPIs are told apart by, beside `all`: columns of fct_tickets. #}
{% macro ticket_dimensions() -%}
    {{ return([
        'client', 'service', 'contract', 'team', 'agent', 'channel', 'request_type', 'request_value', 'complexity',
        'priority', 'segment', 'country', 'day_type',
    ]) }}
{%- endmacro %}
