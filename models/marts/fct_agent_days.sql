-- A ticket may be resolved on a day that is no working day: the row is there, the ticket counts.
with working_days as (
    select * from {{ ref('int_agent_days') }}
),

tickets as (
    select * from {{ ref('stg_tickets') }}
    where is_counted
),

told as (
    select * from {{ ref('int_tickets_told') }}
),

agents as (
    select * from {{ ref('int_agents') }}
    where is_employed_here
),

resolved as (
    select
        tickets.agent_id,
        {{ local_date('told.resolved_at') }} as date_on,
        count(*) as resolved_count
    from tickets
    inner join told
        on
            tickets._source = told._source
            and tickets.ticket_id = told.ticket_id
    where told.resolved_at is not null
    group by tickets.agent_id, {{ local_date('told.resolved_at') }}
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
