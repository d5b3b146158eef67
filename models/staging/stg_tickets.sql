with tickets as (
    select * from {{ source('raw', 'tickets') }}
),

cleaned as (
    select
        _source,
        ticket_id,
        customer_id,
        {{ clean_code('client') }} as client,
        {{ clean_code('service') }} as service,
        {{ clean_code('channel') }} as channel,
        {{ clean_code('request_type') }} as request_type,
        complexity,
        priority,
        {{ clean_code('team') }} as team,
        {{ clean_code('agent_id') }} as agent_id,
        status,
        status not in ('spam', 'merged', 'deleted') as is_counted,
        created_at,
        first_response_at,
        resolved_at,
        closed_at,
        reopens,
        merged_into,
        {{ local_date('created_at') }} as created_on
    from tickets
)

select * from cleaned
