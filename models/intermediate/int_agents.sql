{% set is_hashed = choice('publish_agents', {'as_is': 'false', 'hashed': 'true'}) %}

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
        agents.team,
        agents.client,
        agents.started_on,
        agents.left_on,
        case when {{ is_hashed }} then parties.caller_hash else mentions.agent_id end as agent,
        agents.agent_id is not null as is_employed_here
    from mentions
    left join agents
        on mentions.agent_id = agents.agent_id
    left join parties
        on mentions.agent_id = parties.identifier
    where mentions.agent_id is not null
)

select * from named
