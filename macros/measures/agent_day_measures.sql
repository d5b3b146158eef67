{# What tickets_handled_per_agent_day is made of: sums over fct_agent_days. #}
{% macro agent_day_measures() -%}
    {{ return({
        'working_day_count': count_where('is_working_day'),
        'resolved_count': sum_where('resolved_count'),
    }) }}
{%- endmacro %}
