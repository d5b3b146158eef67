{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'contact_kind', 'contact_id'],
    meta={'touched_by': {'kind': 'contact_kind', 'id': 'contact_id'}},
) }}

with followed as (
    select * from {{ ref('int_contacts_followed') }}
),

of_nobody_known as (
    select * from {{ touched(ref('fct_contacts')) }}
    where caller_hash is null
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
        ) as first_of_caller,
        max(case when is_first_contact then contacted_on end) over (
            partition by caller_hash order by contact_of_caller
            rows between unbounded preceding and current row
        ) as journey_started_on
    from followed
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
        journey_started_on,
        contact_of_caller - first_of_caller + 1 as contact_number,
        is_last_contact,
        not is_first_contact and channel <> lag_channel as has_changed_channel,
        case when not is_last_contact then lead_channel end as next_channel
    from numbered
    union all
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
        is_resolved,
        1 as journey_number,
        contacted_on as journey_started_on,
        1 as contact_number,
        true as is_last_contact,
        false as has_changed_channel,
        cast(null as {{ dbt.type_string() }}) as next_channel
    from of_nobody_known
)

select * from chained
