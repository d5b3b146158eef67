-- A silence longer than var journey_gap_hours ends a journey. The contact of nobody known is one
-- alone.
with contacts as (
    select
        *,
        coalesce(caller_hash, contact_kind || ' ' || contact_id || ' ' || _source) as person
    from {{ ref('fct_contacts') }}
),

followed as (
    select
        *,
        lag(contacted_at) over (
            partition by person
            order by contacted_at, {{ byte_order('_source', 'contact_id', 'contact_kind') }}
        ) as previous_contact_at
    from contacts
),

numbered as (
    select
        *,
        sum(
            case
                when
                    {{ seconds_between('previous_contact_at', 'contacted_at') }}
                    <= {{ var('journey_gap_hours') }} * 3600
                    then 0
                else 1
            end
        ) over (
            partition by person
            order by contacted_at, {{ byte_order('_source', 'contact_id', 'contact_kind') }}
            rows between unbounded preceding and current row
        ) as journey_number
    from followed
),

placed as (
    select
        *,
        row_number() over (
            partition by person, journey_number
            order by contacted_at, {{ byte_order('_source', 'contact_id', 'contact_kind') }}
        ) as contact_number,
        row_number() over (
            partition by person, journey_number
            order by
                contacted_at desc,
                {{ byte_order('_source') }} desc,
                {{ byte_order('contact_id') }} desc,
                {{ byte_order('contact_kind') }} desc
        ) = 1 as is_last_contact,
        lag({{ dimension_value('channel') }}) over (
            partition by person, journey_number
            order by contacted_at, {{ byte_order('_source', 'contact_id', 'contact_kind') }}
        ) as previous_channel
    from numbered
),

chained as (
    select
        _source,
        contact_kind,
        contact_id,
        person,
        cast(journey_number as bigint) as journey_number,
        contact_number,
        is_last_contact,
        cast(
            sum(
                case when {{ dimension_value('channel') }} = previous_channel then 0 else 1 end
            ) over (
                partition by person, journey_number
                order by contact_number
                rows between unbounded preceding and current row
            ) as bigint
        ) as path_step
    from placed
)

select * from chained
