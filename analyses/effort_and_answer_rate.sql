-- Is effort high where answer rates are low? (S3) The weeks of each client in four groups, from the
-- quarter with the lowest answer rate to the one with the highest.
-- Read it so: 1 is no effort, 5 is much. If customer_effort_score falls from group 1 to group 4 by
-- more than the margins of error, callers who don't get through say that it was hard.
with answer_rates as (
    select * from {{ ref('kpi_values') }}
    where
        kpi_key = 'answer_rate'
        and grain = 'week'
        and dimension = 'client'
        and value is not null
),

surveys as (
    select * from {{ ref('fct_surveys') }}
    where effort_score is not null
),

days as (
    select * from {{ ref('dim_days') }}
),

weeks as (
    select
        dimension_value as client,
        period_start as week_start,
        numerator as answered_calls,
        denominator as offered_calls,
        ntile(4) over (order by value, period_start, dimension_value) as answer_rate_group
    from answer_rates
),

answer_rates_of_groups as (
    select
        answer_rate_group,
        count(*) as client_weeks,
        {{ divide('sum(answered_calls)', 'sum(offered_calls)') }} as answer_rate
    from weeks
    group by answer_rate_group
),

efforts_of_groups as (
    select
        weeks.answer_rate_group,
        count(*) as answers,
        avg(surveys.effort_score) as customer_effort_score,
        1.96 * {{ divide('stddev_samp(surveys.effort_score)', 'sqrt(count(*))') }}
            as margin_of_error
    from surveys
    inner join days
        on surveys.responded_on = days.date_on
    inner join weeks
        on
            surveys.client = weeks.client
            and days.week_start = weeks.week_start
    group by weeks.answer_rate_group
),

groups as (
    select
        answer_rates_of_groups.answer_rate_group,
        answer_rates_of_groups.client_weeks,
        answer_rates_of_groups.answer_rate,
        efforts_of_groups.answers,
        efforts_of_groups.customer_effort_score,
        efforts_of_groups.margin_of_error
    from answer_rates_of_groups
    left join efforts_of_groups
        on answer_rates_of_groups.answer_rate_group = efforts_of_groups.answer_rate_group
)

select * from groups
order by answer_rate_group
