{{ config(materialized='view') }}

-- A silence longer than var journey_gap_hours ends a journey.
with contacts as (
    select
        _source,
        contact_kind,
        contact_id,
        caller_hash,
        client,
        service,
        {{ dimension_value('channel') }} as channel,
        contacted_on,
        contacted_at,
        is_resolved
    from {{ touched(ref('fct_contacts')) }}
    where caller_hash is not null
),

followed as (
    select
        *,
        {% for neighbour in ['lag', 'lead'] %}
            {% for column in ['contacted_at', 'channel'] %}
                {{ neighbour }}({{ column }}) over (
                    partition by caller_hash
                    order by contacted_at, {{ byte_order('_source', 'contact_id', 'contact_kind') }}
                ) as {{ neighbour }}_{{ column }},
            {% endfor %}
        {% endfor %}
        row_number() over (
            partition by caller_hash
            order by contacted_at, {{ byte_order('_source', 'contact_id', 'contact_kind') }}
        ) as contact_of_caller
    from contacts
),

apart as (
    select
        *,
        coalesce(
            {{ seconds_between('lag_contacted_at', 'contacted_at') }}
            > {{ var('journey_gap_hours') }} * 3600,
            true
        ) as is_first_contact,
        coalesce(
            {{ seconds_between('contacted_at', 'lead_contacted_at') }}
            > {{ var('journey_gap_hours') }} * 3600,
            true
        ) as is_last_contact
    from followed
)

select * from apart
