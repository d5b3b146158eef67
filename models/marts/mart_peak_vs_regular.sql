-- Does the service hold on the days that matter (S2)? A period has more regular days than peak
-- ones, so a volume is told per day.
with kpi_values as (
    select * from {{ ref('kpi_values') }}
    where dimension = 'day_type'
),

catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

counted as (
    select * from {{ ref('int_kpi_day_types') }}
),

told as (
    select
        counted.kpi_key,
        counted.grain,
        counted.period_start,
        counted.day_type,
        counted.day_count,
        case
            when catalogue.unit = 'count'
                then {{ divide('coalesce(kpi_values.numerator, 0)', 'counted.day_count') }}
            else kpi_values.value
        end as value,
        coalesce(kpi_values.sample_size, 0) as sample_size,
        kpi_values.ci_low,
        kpi_values.ci_high
    from counted
    inner join catalogue
        on counted.kpi_key = catalogue.kpi_key
    left join kpi_values
        on
            counted.kpi_key = kpi_values.kpi_key
            and counted.grain = kpi_values.grain
            and counted.period_start = kpi_values.period_start
            and counted.day_type = kpi_values.dimension_value
),

compared as (
    select
        peak.kpi_key,
        peak.grain,
        peak.period_start,
        peak.day_type,
        peak.day_count,
        peak.value,
        peak.sample_size,
        regular.day_count as regular_day_count,
        regular.value as regular_value,
        regular.sample_size as regular_sample_size,
        peak.value - regular.value as difference,
        {{ divide('peak.value', 'regular.value') }} as ratio_to_regular,
        {{ is_beyond_chance('peak', 'regular') }} as is_beyond_chance
    from told as peak
    left join told as regular
        on
            peak.kpi_key = regular.kpi_key
            and peak.grain = regular.grain
            and peak.period_start = regular.period_start
            and regular.day_type = 'regular'
    where peak.day_type <> 'regular'
)

select * from compared
