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
    {%- if meta.cells_of -%}
        {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
        {%- for model in models if model.path.startswith(meta.cells_of ~ '/') -%}
            select grain, period_start
            from {{ replaced(this.incorporate(path={'identifier': model.name})) }}
            union {{ ' ' }}
        {%- endfor -%}
        select standing.grain, standing.period_start
        from {{ this }} as standing
        cross join touched.build_before as before
        where {{ period_end('standing.grain', 'standing.period_start') }} > before.as_of_on
    {%- endif -%}
{%- endmacro %}
