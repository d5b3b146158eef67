-- A promise binds for the periods that lie wholly within it. An empty client or service of the seed
-- is any: what was promised to a client over all its services, or to every client of a service.
with promises as (
    select
        client,
        service,
        kpi_key,
        target,
        starts_on,
        ends_on,
        case
            when client is not null and service is not null then 'contract'
            when client is not null then 'client'
            when service is not null then 'service'
            else 'all'
        end as dimension,
        case
            when client is not null and service is not null
                then {{ contract_of('client', 'service') }}
            else coalesce(client, service, 'all')
        end as dimension_value
    from {{ ref('sla_targets') }}
),

kpi_values as (
    select * from {{ ref('kpi_values') }}
),

catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

judged as (
    select
        promises.client,
        promises.service,
        promises.dimension,
        promises.dimension_value,
        promises.kpi_key,
        kpi_values.grain,
        kpi_values.period_start,
        kpi_values.value,
        kpi_values.ci_low,
        kpi_values.ci_high,
        promises.target,
        kpi_values.value - promises.target as difference,
        {{ target_status('kpi_values.value', 'promises.target', 'catalogue.direction') }} as status,
        kpi_values.sample_size,
        kpi_values.is_complete,
        promises.starts_on,
        promises.ends_on
    from promises
    inner join catalogue
        on promises.kpi_key = catalogue.kpi_key
    inner join kpi_values
        on
            promises.kpi_key = kpi_values.kpi_key
            and promises.dimension = kpi_values.dimension
            and promises.dimension_value = kpi_values.dimension_value
            and promises.starts_on <= kpi_values.period_start
            and (
                promises.ends_on is null
                or {{ dbt.dateadd('day', 1, 'promises.ends_on') }}
                >= {{ period_end('kpi_values.grain', 'kpi_values.period_start') }}
            )
)

select * from judged
