with absences as (
    select * from {{ ref('stg_agent_absences') }}
),

agents as (
    select * from {{ ref('int_agents') }}
),

told as (
    select
        agents.agent,
        agents.team,
        absences.starts_on,
        absences.ends_on,
        absences.kind
    from absences
    inner join agents
        on absences.agent_id = agents.agent_id
)

select * from told
