-- Agents of table agents who hold a ticket that counts, from the first ticket's day to as_of's.
with tickets as (
    select * from {{ ref('stg_tickets') }}
    where is_counted and agent_id is not null
),

first_ticket as (
    select min(created_on) as first_on from {{ ref('stg_tickets') }}
    where is_counted
),

agents as (
    select * from {{ ref('int_agents') }}
    where is_employed_here
),

holders as (
    select distinct agent_id from tickets
),

absences as (
    select * from {{ ref('stg_agent_absences') }}
),

days as (
    select * from {{ ref('dim_days') }}
),

closed_days as (
    select distinct date_on from {{ ref('calendar_days') }}
    where is_closed and schedule is null
),

now as (
    select * from {{ ref('int_as_of') }}
),

working_days as (
    select
        agents.agent_id,
        days.date_on
    from agents
    cross join first_ticket
    cross join now
    inner join holders
        on agents.agent_id = holders.agent_id
    inner join days
        on
            days.date_on between first_ticket.first_on and now.as_of_on
            and days.weekday <= 5
            and (agents.started_on is null or agents.started_on <= days.date_on)
            and (agents.left_on is null or agents.left_on > days.date_on)
    left join closed_days
        on days.date_on = closed_days.date_on
    left join absences
        on
            agents.agent_id = absences.agent_id
            and days.date_on between absences.starts_on and absences.ends_on
    where closed_days.date_on is null and absences.agent_id is null
)

select * from working_days
