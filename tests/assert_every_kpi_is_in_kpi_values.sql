-- A KPI is two small files and one line in kpi_values.sql. A KPI without the line, or without its
-- entry in the yml, would be silently absent: this names what to add.
{% set tables = ['kpi_values', 'kpi_catalogue', 'kpi_changes', 'kpi_scorecard'] %}
{% set listed = graph.nodes['model.service_kpis.kpi_values'].depends_on.nodes if execute else [] %}

select 'nothing is missing' as what_is_missing
from {{ ref('kpi_values') }}
where false
{% for node in (graph.nodes.values() if execute else [])
    if node.resource_type == 'model' and node.name.startswith('kpi_') and node.name not in tables %}
    {% if node.unique_id not in listed %}
        union all
        select {{ text_literal("'" ~ node.name[4:] ~ "': ref('" ~ node.name ~ "'), in kpi_values.sql") }}
    {% endif %}
    {% if not node.config.meta.kpi %}
        union all
        select {{ text_literal("meta.kpi in " ~ node.name ~ ".yml") }}
    {% endif %}
{% endfor %}
