-- Do customers call when an e-mail stays unanswered for a day? (S2) Mature e-mail tickets of known
-- customers, by whether the first answer came within 24 hours.
-- Read it so: where the row `no` stands above `yes` and the intervals leave each other alone, the
-- calls of that difference are the price of slow e-mail: calls_saved, if all were answered in time.
with rates as (
    select * from {{ ref('kpi_values') }}
    where
        kpi_key = 'email_to_call_rate'
        and grain = 'year'
        and dimension = 'answered_within_24h'
),

answers as (
    select
        dimension_value as answered_within_24h,
        cast(sum(denominator) as bigint) as e_mails,
        cast(sum(numerator) as bigint) as followed_by_call,
        {{ divide('sum(numerator)', 'sum(denominator)') }} as email_to_call_rate
    from rates
    group by dimension_value
),

in_time as (
    select email_to_call_rate
    from answers
    where answered_within_24h = 'yes'
),

compared as (
    select
        answers.answered_within_24h,
        answers.e_mails,
        answers.followed_by_call,
        answers.email_to_call_rate,
        1.96 * sqrt(
            {{ divide(
                'answers.email_to_call_rate * (1 - answers.email_to_call_rate)', 'answers.e_mails'
            ) }}
        ) as margin_of_error,
        answers.followed_by_call - answers.e_mails * in_time.email_to_call_rate as calls_saved
    from answers
    cross join in_time
)

select * from compared
order by answered_within_24h desc
