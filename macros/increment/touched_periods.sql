{# The periods, as grain and period_start, that this increment touches in a model; see touched_scope. #}
{% macro touched_periods() -%}
    {%- set meta = config.get('meta') -%}
    {%- for model, column in (meta.periods_of or {}).items() -%}
        {%- for grain in grains() -%}
            select
                '{{ grain }}' as grain,
                {{ period_start(grain, column) }} as period_start
            from {{ replaced(this.incorporate(path={'identifier': model})) }}
            {{- ' union ' if not loop.last }}
        {%- endfor -%}
        {{- ' union ' if not loop.last }}
    {%- endfor -%}
    {%- for model in meta.cells_of or [] -%}
        select grain, period_start from {{ replaced(this.incorporate(path={'identifier': model})) }}
        union {{ ' ' }}
    {%- endfor -%}
    {%- if meta.cells_of -%}
        select standing.grain, standing.period_start
        from {{ this }} as standing
        cross join touched.build_before as before
        where {{ period_end('standing.grain', 'standing.period_start') }} > before.as_of_on
    {%- endif -%}
{%- endmacro %}

{# A model of periods computes these alone, where its config says what touches them. period_start: of a row. #}
{% macro is_in_touched_period(grain, period_start) -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- if is_increment() and (meta.periods_of or meta.cells_of) -%}
        ('{{ grain }}', {{ period_start }}) in ({{ touched_periods() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The same of rows that have their grain. #}
{% macro is_in_touched_cells() -%}
    {{ '(grain, period_start) in (' ~ touched_periods() ~ ')' if is_increment() else 'true' }}
{%- endmacro %}
