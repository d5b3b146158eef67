-- Do those who came later stay longer (S3)? retention_rate tells the loss of a period, not whose.
-- A cohort all lost keeps its rows of 0, so that its line doesn't end while it is known.
with periods as (
    select * from {{ ref('int_customer_periods') }}
),

spans as (
    select * from {{ ref('int_customers_active') }}
),

firsts as (
    select
        customer_id,
        min(active_from) as first_active_on
    from spans
    group by customer_id
),

members as (
    select
        firsts.customer_id,
        periods.grain,
        periods.period_start as cohort_start
    from firsts
    inner join periods
        on
            firsts.first_active_on >= periods.period_start
            and firsts.first_active_on < {{ period_end('periods.grain', 'periods.period_start') }}
            and firsts.first_active_on <= periods.closes_on
),

cohorts as (
    select
        grain,
        cohort_start,
        count(*) as customer_count
    from members
    group by grain, cohort_start
),

kept as (
    select
        members.grain,
        members.cohort_start,
        periods.period_start,
        count(*) as active_count
    from members
    inner join spans
        on members.customer_id = spans.customer_id
    inner join periods
        on
            members.grain = periods.grain
            and spans.active_from <= periods.closes_on
            and spans.active_until > periods.closes_on
    where periods.period_start >= members.cohort_start
    group by members.grain, members.cohort_start, periods.period_start
),

followed as (
    select
        cohorts.grain,
        cohorts.cohort_start,
        periods.period_start,
        cast(row_number() over (
            partition by cohorts.grain, cohorts.cohort_start order by periods.period_start
        ) - 1 as bigint) as period_number,
        cohorts.customer_count,
        coalesce(kept.active_count, 0) as active_count,
        periods.closes_on = {{ period_end('periods.grain', 'periods.period_start') }} as is_complete
    from cohorts
    inner join periods
        on
            cohorts.grain = periods.grain
            and cohorts.cohort_start <= periods.period_start
    left join kept
        on
            cohorts.grain = kept.grain
            and cohorts.cohort_start = kept.cohort_start
            and periods.period_start = kept.period_start
),

divided as (
    select
        *,
        {{ divide('active_count', 'customer_count') }} as active_share
    from followed
)

select * from divided
