-- Are we understaffed at the peak? (S2) What a day of each type asks, and who was there to answer.
-- Read it so: where calls_an_agent rise with the day's calls and the service level falls, the peak
-- is under-staffed; absent_agents says whether people were away just then.
with days as (
    select * from {{ ref('dim_days') }}
),

calls as (
    select * from {{ ref('fct_calls') }}
    where is_inbound
),

absences as (
    select * from {{ ref('fct_agent_absences') }}
),

calls_of_days as (
    select
        started_on,
        count(*) filter (where is_offered) as offered_calls,
        count(*) filter (where is_answered) as answered_calls,
        count(distinct agent) filter (where is_answered) as answering_agents,
        count(*) filter (where is_service_level_met) as met_calls,
        count(*) filter (where is_service_level_met is not null) as judged_calls
    from calls
    group by started_on
),

absent_on_days as (
    select
        days.date_on,
        count(distinct absences.agent) as absent_agents
    from days
    inner join absences
        on days.date_on between absences.starts_on and absences.ends_on
    group by days.date_on
),

day_types as (
    select
        days.day_type,
        count(*) as day_count,
        {{ divide('sum(calls_of_days.offered_calls)', 'count(*)') }} as offered_calls_a_day,
        {{ divide('sum(calls_of_days.answering_agents)', 'count(*)') }} as agents_a_day,
        {{ divide('sum(calls_of_days.answered_calls)', 'sum(calls_of_days.answering_agents)') }}
            as calls_an_agent,
        {{ divide('sum(coalesce(absent_on_days.absent_agents, 0))', 'count(*)') }}
            as absent_agents_a_day,
        {{ divide('sum(calls_of_days.met_calls)', 'sum(calls_of_days.judged_calls)') }}
            as service_level
    from days
    inner join calls_of_days
        on days.date_on = calls_of_days.started_on
    left join absent_on_days
        on days.date_on = absent_on_days.date_on
    group by days.day_type
)

select * from day_types
order by day_type
