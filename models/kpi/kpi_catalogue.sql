{% set kpis = kpi_entries() %}

with shipped as (
    {% for kpi in kpis %}
        select
            {{ text_literal(kpi.kpi_key) }} as kpi_key,
            {{ text_literal(kpi.theme) }} as theme,
            {{ text_literal(kpi.label_en) }} as label_en,
            {{ text_literal(kpi.label_fr) }} as label_fr,
            {{ text_literal(kpi.definition) }} as definition,
            {{ text_literal(kpi.definition_fr) }} as definition_fr,
            {{ text_literal(kpi.formula) }} as formula,
            {{ text_literal(kpi.unit) }} as unit,
            {{ text_literal(kpi.direction) }} as direction,
            {{ text_literal(kpi.owner) }} as owner,
            {{ text_literal(kpi.source_article) }} as source_article,
            cast({{ kpi.target | default('null', true) }} as {{ type_double() }}) as target,
            cast({{ text_literal(kpi.target_on) }} as date) as target_on
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

targets as (
    select * from {{ ref('kpi_targets') }}
),

targeted as (
    select
        shipped.kpi_key,
        shipped.theme,
        shipped.label_en,
        shipped.label_fr,
        shipped.definition,
        shipped.definition_fr,
        shipped.formula,
        shipped.unit,
        shipped.direction,
        shipped.owner,
        shipped.source_article,
        case when targets.kpi_key is null then shipped.target else targets.target end as target,
        case
            when targets.kpi_key is null then shipped.target_on
            else targets.target_on
        end as target_on
    from shipped
    left join targets
        on shipped.kpi_key = targets.kpi_key
)

select * from targeted
