-- A KPI is two small files and one line in kpi_values.sql. A KPI without the line would be silently
-- absent, so this names the line to add.
{% set listed = graph.nodes['model.service_kpis.kpi_values'].depends_on.nodes if execute else [] %}
select 'nothing is missing' as missing_line
from {{ ref('kpi_values') }}
where false
{% for kpi in kpi_entries() if kpi.kpi_key and kpi.unique_id not in listed %}
    union all
    select {{ text_literal("'" ~ kpi.kpi_key ~ "': ref('kpi_" ~ kpi.kpi_key ~ "'),") }}
{% endfor %}
