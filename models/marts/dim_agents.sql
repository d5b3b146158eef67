with agents as (
    select * from {{ ref('int_agents') }}
),

published as (
    select
        agent,
        team,
        client,
        started_on,
        left_on
    from agents
)

select * from published
