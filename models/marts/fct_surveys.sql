with surveys as (
    select * from {{ ref('int_surveys_identified') }}
),

nps_answers as (
    select * from {{ ref('int_nps_answers') }}
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
        coalesce(day_types.day_type, 'regular') as day_type,
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
        nps_answers.nps_group,
        nps_answers.nps_points,
        case
            when surveys.kind = 'csat' and surveys.responded_at is not null
                then surveys.score >= surveys.scale_max - {{ top_box('surveys.scale_max') }} + 1
        end as is_satisfied
    from surveys
    left join nps_answers
        on
            surveys._source = nps_answers._source
            and surveys.survey_id = nps_answers.survey_id
    left join customers
        on surveys.customer_id = customers.customer_id
    left join agents
        on surveys.agent_id = agents.agent_id
    left join day_types
        on coalesce(surveys.responded_on, surveys.sent_on) = day_types.date_on
)

select * from judged
