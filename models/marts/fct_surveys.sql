{{ config(
    materialized=incremental_on_duckdb(),
    unique_key=['_source', 'survey_id'],
    meta={'touched_by': {'kind': "'survey'", 'id': 'survey_id'}},
) }}

with surveys as (
    select * from {{ ref('int_surveys_identified') }}
),

nps_answers as (
    select * from {{ ref('int_nps_answers') }}
),

ill_timed as (
    select * from {{ ref('int_surveys_ill_timed') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

agents as (
    select * from {{ ref('int_agents') }}
),

day_types as (
    select * from {{ ref('int_day_types') }}
),

judged as (
    select
        surveys._source,
        surveys.survey_id,
        surveys.kind as survey_kind,
        customers.customer_hash,
        surveys.client,
        surveys.channel,
        agents.agent,
        agents.team,
        customers.segment,
        customers.country,
        coalesce(answer_days.day_type, 'regular') as day_type,
        coalesce(sending_days.day_type, 'regular') as sending_day_type,
        surveys.call_source,
        surveys.call_id,
        surveys.ticket_source,
        surveys.ticket_id,
        surveys.order_id,
        surveys.sent_at,
        surveys.sent_on,
        surveys.responded_at,
        surveys.responded_on,
        cast(surveys.score as {{ type_double() }}) as score,
        surveys.scale_max,
        surveys.responded_at is not null as is_answered,
        case when not nps_answers.is_superseded then nps_answers.nps_group end as nps_group,
        case when not nps_answers.is_superseded then nps_answers.nps_points end as nps_points,
        nps_answers.nps_group = 'promoter' as is_promoter_score,
        case
            when surveys.kind = 'csat' and surveys.responded_at is not null
                then surveys.score >= surveys.scale_max - {{ top_box('surveys.scale_max') }} + 1
        end as is_satisfied,
        case
            when surveys.kind = 'ces' and surveys.responded_at is not null
                then cast(surveys.score as {{ type_double() }})
        end as effort_score,
        case
            when surveys.kind = 'ces_v2' and surveys.responded_at is not null
                then cast(surveys.score as {{ type_double() }})
        end as effort_score_v2,
        case
            when not nps_answers.is_superseded then ill_timed.survey_id is not null
        end as is_ill_timed
    from surveys
    left join nps_answers
        on
            surveys._source = nps_answers._source
            and surveys.survey_id = nps_answers.survey_id
    left join ill_timed
        on
            surveys._source = ill_timed._source
            and surveys.survey_id = ill_timed.survey_id
    left join customers
        on surveys.customer_id = customers.customer_id
    left join agents
        on surveys.agent_id = agents.agent_id
    left join day_types as answer_days
        on coalesce(surveys.responded_on, surveys.sent_on) = answer_days.date_on
    left join day_types as sending_days
        on surveys.sent_on = sending_days.date_on
)

select * from judged
