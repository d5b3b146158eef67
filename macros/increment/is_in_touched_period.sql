{# A model of periods computes these alone, where its config says what touches them. grain, period_start: SQL of a row. #}
{% macro is_in_touched_period(grain, period_start) -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- if is_increment() and meta.periods_of -%}
        ({{ grain }}, {{ period_start }}) in ({{ touched_periods() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
