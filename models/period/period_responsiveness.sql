-- The badge that marketplaces and social networks give: over the seven local days that end with a
-- day on which a ticket came in, what is known of its answers at as_of.
with tickets as (
    select
        facts.channel,
        facts.created_on,
        case
            when facts.first_response_at <= now.as_of then facts.first_response_seconds
        end as first_response_seconds
    from {{ ref('fct_tickets') }} as facts
    cross join {{ ref('int_as_of') }} as now
    where
        facts.is_counted
        and facts.channel in (
            'chat', 'chatbot', 'sms', 'facebook', 'twitter', 'instagram', 'whatsapp'
        )
),

channel_days as (
    select
        channel,
        created_on,
        count(*) as created_count,
        count(first_response_seconds) as responded_count,
        sum(first_response_seconds) as response_seconds
    from tickets
    group by channel, created_on
),

weeks as (
    select
        last_days.channel,
        last_days.created_on,
        sum(channel_days.created_count) as created_count,
        sum(channel_days.responded_count) as responded_count,
        sum(channel_days.response_seconds) as response_seconds
    from channel_days as last_days
    inner join channel_days
        on
            last_days.channel = channel_days.channel
            and channel_days.created_on
            between {{ dbt.dateadd('day', -6, 'last_days.created_on') }} and last_days.created_on
    group by last_days.channel, last_days.created_on
),

badges as (
    select
        'day' as grain,
        created_on as period_start,
        'channel' as dimension,
        channel as dimension_value,
        created_count,
        case
            when
                {{ divide('responded_count', 'created_count') }} >= 0.90
                and {{ divide('response_seconds', 'responded_count') }} <= 300
                then 1
            else 0
        end as is_responsive
    from weeks
)

select * from badges
