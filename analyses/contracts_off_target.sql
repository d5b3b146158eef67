-- Which contract misses a target, and could it be chance? (S4) The latest complete month of each
-- KPI with a target; beyond chance = the whole 95 % interval lies on the wrong side of the target.
-- Read it so: talk about the rows that are missed beyond chance; the others may be luck.
with scorecard as (
    select * from {{ ref('kpi_scorecard') }}
    where grain = 'month' and dimension = 'contract' and status = 'missed'
),

kpi_values as (
    select * from {{ ref('kpi_values') }}
),

catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

missed as (
    select
        scorecard.dimension_value as contract,
        catalogue.label_en,
        scorecard.period_start,
        scorecard.value,
        scorecard.target,
        kpi_values.ci_low,
        kpi_values.ci_high,
        scorecard.sample_size,
        scorecard.change,
        scorecard.is_beyond_chance as is_change_beyond_chance,
        case
            when catalogue.direction = 'up' then kpi_values.ci_high < scorecard.target
            else kpi_values.ci_low > scorecard.target
        end as is_missed_beyond_chance
    from scorecard
    inner join catalogue
        on scorecard.kpi_key = catalogue.kpi_key
    inner join kpi_values
        on
            scorecard.kpi_key = kpi_values.kpi_key
            and scorecard.grain = kpi_values.grain
            and scorecard.period_start = kpi_values.period_start
            and scorecard.dimension = kpi_values.dimension
            and scorecard.dimension_value = kpi_values.dimension_value
)

select * from missed
order by contract, label_en
