-- Do customers who waited longer on the telephone recommend less? (S3) Every promoter-question
-- answer that is about a call, by how long that call waited.
-- Read it so: groups whose net_promoter_score ± margin_of_error overlap do not differ for certain.
with surveys as (
    select * from {{ ref('fct_surveys') }}
    where nps_points is not null
),

calls as (
    select * from {{ ref('fct_calls') }}
    where wait_seconds is not null
),

answers as (
    select
        surveys.nps_points,
        case
            when calls.wait_seconds <= 20 then '1. up to 20 s'
            when calls.wait_seconds <= 60 then '2. 21 to 60 s'
            when calls.wait_seconds <= 180 then '3. 1 to 3 min'
            else '4. over 3 min'
        end as waited
    from surveys
    inner join calls
        on
            surveys.call_source = calls._source
            and surveys.call_id = calls.call_id
),

waits as (
    select
        waited,
        count(*) as answers,
        avg(nps_points) as net_promoter_score,
        1.96 * {{ divide('stddev_pop(nps_points)', 'sqrt(count(*))') }} as margin_of_error
    from answers
    group by waited
)

select * from waits
order by waited
