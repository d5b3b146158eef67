{# What contact KPIs are told apart by, beside `all`: columns of fct_contacts. #}
{% macro contact_dimensions() -%}
    {{ return([
        'client', 'service', 'contract', 'channel', 'request_type', 'segment', 'country', 'day_type',
    ]) }}
{%- endmacro %}
