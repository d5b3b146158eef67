with surveys as (
    select * from {{ ref('int_surveys_identified') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

moments as (
    select * from {{ ref('int_bad_moments') }}
),

ill_timed as (
    select distinct
        surveys._source,
        surveys.survey_id
    from surveys
    inner join customers
        on surveys.customer_id = customers.customer_id
    inner join moments
        on
            customers.customer_hash = moments.customer_hash
            and surveys.sent_at >= moments.happened_at
            and surveys.sent_at <= {{ days_after('moments.happened_at', 2) }}
            and (moments.over_at is null or surveys.sent_at < moments.over_at)
)

select * from ill_timed
