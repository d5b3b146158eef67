-- Each cell's latest complete period against the period before it and the target.
with kpi_values as (
    select * from {{ ref('kpi_values') }}
),

catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

latest as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by kpi_key, grain, dimension, dimension_value order by period_start desc
            ) as recency
        from kpi_values
        where is_complete
    ) as ranked
    where recency = 1
),

compared as (
    select
        latest.kpi_key,
        latest.grain,
        latest.period_start,
        latest.dimension,
        latest.dimension_value,
        latest.value,
        previous.value as previous_value,
        latest.value - previous.value as change,
        {{ is_beyond_chance('latest', 'previous') }} as is_beyond_chance,
        catalogue.target,
        {{ target_status('latest.value', 'catalogue.target', 'catalogue.direction') }} as status,
        latest.sample_size
    from latest
    inner join catalogue
        on latest.kpi_key = catalogue.kpi_key
    left join kpi_values as previous
        on
            latest.kpi_key = previous.kpi_key
            and latest.grain = previous.grain
            and latest.dimension = previous.dimension
            and latest.dimension_value = previous.dimension_value
            and {{ period_before('latest.grain', 'latest.period_start') }} = previous.period_start
)

select * from compared
