{# The periods, as grain and period_start, that replaced rows of the models of `periods_of` touch; see touched_scope. #}
{% macro touched_periods() -%}
    {%- for model, column in config.get('meta').periods_of.items() -%}
        {%- set rows = replaced(this.incorporate(path={'identifier': model})) -%}
        {%- if column == 'period_start' -%}
            select grain, period_start from {{ rows }}
        {%- else -%}
            {%- for grain in grains() -%}
                select
                    '{{ grain }}' as grain,
                    {{ period_start(grain, column) }} as period_start
                from {{ rows }}
                {{- ' union ' if not loop.last }}
            {%- endfor -%}
        {%- endif -%}
        {{- ' union ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
