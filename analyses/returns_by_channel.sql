-- Which channel carries the returns? (S2) Every contact about a return or an exchange, by channel.
-- Read it so: share_of_returns says where returns come in, share_of_channel what they take of the
-- channel; where both are high, a form that answers them by itself saves the most.
with demand as (
    select * from {{ ref('mart_channel_demand') }}
    where grain = 'year'
),

channels as (
    select
        channel,
        sum(contact_count) as contacts,
        sum(case when request_type = 'return' then contact_count else 0 end) as return_contacts
    from demand
    group by channel
),

shares as (
    select
        channel,
        contacts,
        return_contacts,
        {{ divide('return_contacts', 'sum(return_contacts) over ()') }} as share_of_returns,
        {{ divide('return_contacts', 'contacts') }} as share_of_channel
    from channels
)

select * from shares
order by return_contacts desc, channel asc
