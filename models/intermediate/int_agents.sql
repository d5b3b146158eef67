-- Agents that only calls, tickets or surveys speak of have a name too, and no team.
with agents as (
    select * from {{ ref('stg_agents') }}
),

mentions as (
    select agent_id from agents
    union
    select agent_id from {{ ref('stg_calls') }}
    union
    select agent_id from {{ ref('stg_tickets') }}
    union
    select agent_id from {{ ref('stg_ticket_events') }}
    union
    select agent_id from {{ ref('stg_surveys') }}
    union
    select agent_id from {{ ref('stg_agent_absences') }}
),

parties as (
    select * from {{ ref('stg_parties') }}
    where kind = 'agent'
),

named as (
    select
        mentions.agent_id,
        {{ choice('publish_agents', {'as_is': 'mentions.agent_id', 'hashed': 'parties.caller_hash'}) }} as agent,
        agents.team,
        agents.client,
        agents.started_on,
        agents.left_on,
        agents.agent_id is not null as is_employed_here
    from mentions
    left join agents
        on mentions.agent_id = agents.agent_id
    left join parties
        on mentions.agent_id = parties.identifier
    where mentions.agent_id is not null
)

select * from named
