with agent_absences as (
    {{ latest_of_house(source('raw', 'agent_absences'), ['agent_id', 'starts_on']) }}
),

cleaned as (
    select
        agent_id,
        starts_on,
        ends_on,
        {{ clean_code('kind') }} as kind
    from agent_absences
)

select * from cleaned
