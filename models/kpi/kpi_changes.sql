-- Each cell of kpi_values against the period before it and the target.
with kpi_values as (
    select * from {{ ref('kpi_values') }}
),

{{ compared_kpis('kpi_values', ref('kpi_values'), ref('kpi_catalogue')) }}

select * from compared
