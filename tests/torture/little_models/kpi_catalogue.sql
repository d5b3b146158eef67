{{ config(schema='marts', materialized='table') }}

select
    'calls_offered' as kpi_key,
    'telephone' as theme,
    'Calls offered' as label_en,
    'Appels présentés' as label_fr,
    'Inbound calls.' as definition,
    'Appels entrants.' as definition_fr,
    'count of calls' as formula,
    'count' as unit,
    cast(null as text) as direction,
    cast(null as double) as target,
    cast(null as date) as target_on,
    cast(null as text) as owner,
    cast(null as text) as source_article
