{#
  The cells of kpi_values, as kpi_key, grain and period_start, that this increment touches: of periods that it replaced
  rows of in a model which the KPI reads, and of periods that were not over when the build before was made.
#}
{% macro touched_cells() -%}
    {%- set folder = config.get('meta').cells_of -%}
    {%- set kpis_of = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('kpi_') -%}
        {%- for id in node.depends_on.nodes if graph.nodes.get(id, {}).get('path', '').startswith(folder ~ '/') -%}
            {%- do kpis_of.setdefault(graph.nodes[id].name, []).append(node.name.removeprefix('kpi_')) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for model, keys in kpis_of.items() -%}
        select
            unnest(['{{ keys | join("', '") }}']) as kpi_key,
            grain,
            period_start
        from {{ replaced(this.incorporate(path={'identifier': model})) }}
        union {{ ' ' }}
    {%- endfor -%}
    select standing.kpi_key, standing.grain, standing.period_start
    from {{ this }} as standing
    cross join touched.build_before as before
    where {{ period_end('standing.grain', 'standing.period_start') }} > before.as_of_on
{%- endmacro %}
