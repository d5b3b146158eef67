{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'contact_kind', 'contact_id'],
    meta={'touched_by': {'kind': 'contact_kind', 'id': 'contact_id'}},
) }}

-- A silence longer than var journey_gap_hours ends a journey. The contact of nobody known is one
-- alone.
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
    where caller_hash is not null
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
),

numbered as (
    select
        *,
        count(case when is_first_contact then 1 end) over (
            partition by caller_hash order by contact_of_caller
            rows between unbounded preceding and current row
        ) as journey_number,
        max(case when is_first_contact then contact_of_caller end) over (
            partition by caller_hash order by contact_of_caller
            rows between unbounded preceding and current row
        ) as first_of_caller
    from apart
),

chained as (
    select
        _source,
        contact_kind,
        contact_id,
        caller_hash,
        client,
        service,
        channel,
        contacted_on,
        contacted_at,
        is_resolved,
        journey_number,
        contact_of_caller - first_of_caller + 1 as contact_number,
        is_last_contact,
        not is_first_contact and channel <> lag_channel as has_changed_channel,
        case when not is_last_contact then lead_channel end as next_channel
    from numbered
    union all
    select
        *,
        1 as journey_number,
        1 as contact_number,
        true as is_last_contact,
        false as has_changed_channel,
        cast(null as {{ dbt.type_string() }}) as next_channel
    from contacts
    where caller_hash is null
)

select * from chained
