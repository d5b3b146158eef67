{# What survey KPIs are told apart by, beside `all`: columns of fct_surveys. #}
{% macro survey_dimensions() -%}
    {{ return(['client', 'channel', 'team', 'agent', 'survey_kind', 'segment', 'country', 'day_type']) }}
{%- endmacro %}
