with surveys as (
    select * from {{ source('raw', 'surveys') }}
),

cleaned as (
    select
        _source,
        survey_id,
        kind,
        customer_id,
        {{ clean_code('client') }} as client,
        {{ clean_code('channel') }} as channel,
        {{ clean_code('agent_id') }} as agent_id,
        call_id,
        ticket_id,
        order_id,
        coalesce(sent_at, responded_at) as sent_at,
        responded_at,
        score,
        coalesce(scale_max, 5) as scale_max,
        {{ local_date('responded_at') }} as responded_on,
        {{ local_date('coalesce(sent_at, responded_at)') }} as sent_on
    from surveys
)

select * from cleaned
