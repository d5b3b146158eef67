with agents as (
    {{ latest_of_house(source('raw', 'agents'), ['agent_id']) }}
),

cleaned as (
    select
        agent_id,
        {{ clean_code('team') }} as team,
        {{ clean_code('client') }} as client,
        started_on,
        left_on
    from agents
)

select * from cleaned
