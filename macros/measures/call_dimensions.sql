{# What call KPIs are told apart by, beside `all`: columns of fct_calls. #}
{% macro call_dimensions() -%}
    {{ return([
        'client', 'service', 'contract', 'queue', 'team', 'agent', 'reason', 'request_value', 'segment', 'country',
        'day_type',
    ]) }}
{%- endmacro %}
