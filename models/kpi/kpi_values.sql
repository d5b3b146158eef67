-- The only division. One line a KPI: a model of folder kpi that is missing here fails the check
-- assert_every_kpi_is_in_kpi_values, which names the line.
with kpis as (
    {{ kpi_union({
        'abandon_rate': ref('kpi_abandon_rate'),
        'advocates': ref('kpi_advocates'),
        'answer_rate': ref('kpi_answer_rate'),
        'average_callback_delay': ref('kpi_average_callback_delay'),
        'average_handle_time': ref('kpi_average_handle_time'),
        'average_hold_time': ref('kpi_average_hold_time'),
        'average_rating': ref('kpi_average_rating'),
        'average_revenue_per_user': ref('kpi_average_revenue_per_user'),
        'average_speed_of_answer': ref('kpi_average_speed_of_answer'),
        'average_talk_time': ref('kpi_average_talk_time'),
        'average_wait_time': ref('kpi_average_wait_time'),
        'average_wrap_up_time': ref('kpi_average_wrap_up_time'),
        'backlog': ref('kpi_backlog'),
        'callback_rate': ref('kpi_callback_rate'),
        'callback_success_rate': ref('kpi_callback_success_rate'),
        'calls_offered': ref('kpi_calls_offered'),
        'cancellation_rate': ref('kpi_cancellation_rate'),
        'case_closure_delay': ref('kpi_case_closure_delay'),
        'channel_pivot_rate': ref('kpi_channel_pivot_rate'),
        'channel_share': ref('kpi_channel_share'),
        'churn_rate': ref('kpi_churn_rate'),
        'cross_sell_rate': ref('kpi_cross_sell_rate'),
        'customer_effort_score': ref('kpi_customer_effort_score'),
        'customer_effort_score_v2': ref('kpi_customer_effort_score_v2'),
        'customer_satisfaction_score': ref('kpi_customer_satisfaction_score'),
        'detractors': ref('kpi_detractors'),
        'email_to_call_rate': ref('kpi_email_to_call_rate'),
        'first_call_resolution': ref('kpi_first_call_resolution'),
        'first_response_time': ref('kpi_first_response_time'),
        'first_response_time_business': ref('kpi_first_response_time_business'),
        'issue_resolution_rate': ref('kpi_issue_resolution_rate'),
        'ivr_abandon_rate': ref('kpi_ivr_abandon_rate'),
        'journey_resolution': ref('kpi_journey_resolution'),
        'low_value_request_share': ref('kpi_low_value_request_share'),
        'median_first_response_time': ref('kpi_median_first_response_time'),
        'median_resolution_time': ref('kpi_median_resolution_time'),
        'messaging_responsiveness': ref('kpi_messaging_responsiveness'),
        'negative_feedback_rate': ref('kpi_negative_feedback_rate'),
        'negative_review_share': ref('kpi_negative_review_share'),
        'net_promoter_score': ref('kpi_net_promoter_score'),
        'nps_timing_bias': ref('kpi_nps_timing_bias'),
        'on_time_delivery_rate': ref('kpi_on_time_delivery_rate'),
        'on_time_shipment_rate': ref('kpi_on_time_shipment_rate'),
        'one_touch_resolution_rate': ref('kpi_one_touch_resolution_rate'),
        'order_defect_rate': ref('kpi_order_defect_rate'),
        'p90_first_response_time': ref('kpi_p90_first_response_time'),
        'p90_resolution_time': ref('kpi_p90_resolution_time'),
        'passives': ref('kpi_passives'),
        'positive_review_rate': ref('kpi_positive_review_rate'),
        'positive_review_share': ref('kpi_positive_review_share'),
        'promoters': ref('kpi_promoters'),
        'queue_abandon_rate': ref('kpi_queue_abandon_rate'),
        'redundancy_rate': ref('kpi_redundancy_rate'),
        'redundant_call_share': ref('kpi_redundant_call_share'),
        'renewal_rate': ref('kpi_renewal_rate'),
        'renewals': ref('kpi_renewals'),
        'reopen_rate': ref('kpi_reopen_rate'),
        'repeat_sales': ref('kpi_repeat_sales'),
        'repeat_sales_rate': ref('kpi_repeat_sales_rate'),
        'repeat_sales_value': ref('kpi_repeat_sales_value'),
        'resolution_time': ref('kpi_resolution_time'),
        'resolution_time_business': ref('kpi_resolution_time_business'),
        'response_rate_in_time': ref('kpi_response_rate_in_time'),
        'retention_rate': ref('kpi_retention_rate'),
        'review_burst': ref('kpi_review_burst'),
        'review_count': ref('kpi_review_count'),
        'self_care_share': ref('kpi_self_care_share'),
        'service_level': ref('kpi_service_level'),
        'survey_response_rate': ref('kpi_survey_response_rate'),
        'tickets_created': ref('kpi_tickets_created'),
        'tickets_handled_per_agent_day': ref('kpi_tickets_handled_per_agent_day'),
        'transfer_rate': ref('kpi_transfer_rate'),
        'up_sell_rate': ref('kpi_up_sell_rate'),
    }) }}
),

catalogue as (
    select * from {{ ref('kpi_catalogue') }}
),

now as (
    select * from {{ ref('int_as_of') }}
),

divided as (
    select
        kpis.kpi_key,
        kpis.grain,
        kpis.period_start,
        kpis.dimension,
        kpis.dimension_value,
        kpis.numerator,
        kpis.denominator,
        {{ divide('kpis.numerator', 'kpis.denominator') }} as value,
        kpis.sample_size,
        {{ margin_of_error('catalogue.unit', 'kpis') }} as margin_of_error,
        catalogue.unit,
        kpis.immature_count = 0
        and {{ period_end('kpis.grain', 'kpis.period_start') }} <= now.as_of_on as is_complete
    from kpis
    inner join catalogue
        on kpis.kpi_key = catalogue.kpi_key
    cross join now
),

bounded as (
    select
        kpi_key,
        grain,
        period_start,
        dimension,
        dimension_value,
        numerator,
        denominator,
        value,
        sample_size,
        case
            when unit = 'ratio' and sample_size > 0
                then {{ wilson_bound('value', 'sample_size', '-') }}
            else value - margin_of_error
        end as ci_low,
        case
            when unit = 'ratio' and sample_size > 0
                then {{ wilson_bound('value', 'sample_size', '+') }}
            else value + margin_of_error
        end as ci_high,
        is_complete
    from divided
)

select * from bounded
