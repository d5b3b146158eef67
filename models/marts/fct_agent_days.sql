-- A ticket may be resolved on a day that is no working day: the row is there, the ticket counts.
with working_days as (
    select * from {{ ref('int_agent_days') }}
),

agents as (
    select * from {{ ref('int_agents') }}
    where is_employed_here
),

tickets as (
    select * from {{ ref('fct_tickets') }}
    where is_counted and resolved_on is not null
),

resolved as (
    select
        agents.agent_id,
        tickets.resolved_on as date_on,
        count(*) as resolved_count
    from tickets
    inner join agents
        on tickets.agent = agents.agent
    group by agents.agent_id, tickets.resolved_on
),

agent_days as (
    select
        coalesce(working_days.agent_id, resolved.agent_id) as agent_id,
        coalesce(working_days.date_on, resolved.date_on) as date_on,
        working_days.agent_id is not null as is_working_day,
        coalesce(resolved.resolved_count, 0) as resolved_count
    from working_days
    full outer join resolved
        on
            working_days.agent_id = resolved.agent_id
            and working_days.date_on = resolved.date_on
),

published as (
    select
        agents.agent,
        agents.team,
        agent_days.date_on,
        agent_days.is_working_day,
        agent_days.resolved_count
    from agent_days
    inner join agents
        on agent_days.agent_id = agents.agent_id
)

select * from published
