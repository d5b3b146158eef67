-- Each channel beside all of them: a share of the whole is no sum over the channel's own rows.
with contacts as (
    select * from {{ ref('period_contacts') }}
),

channels as (
    select
        channel.grain,
        channel.period_start,
        channel.dimension,
        channel.dimension_value,
        channel.contact_count as channel_contact_count,
        whole.contact_count
    from contacts as channel
    inner join contacts as whole
        on
            channel.grain = whole.grain
            and channel.period_start = whole.period_start
            and whole.dimension = 'all'
    where channel.dimension = 'channel'
)

select * from channels
