-- A join that multiplies or drops rows would change every KPI of its fact without any other sign:
-- a fact has exactly the rows of its staging model.
{% set facts = {
    'calls': [ref('fct_calls'), ref('stg_calls')],
    'tickets': [ref('fct_tickets'), ref('stg_tickets')],
    'ticket_events': [ref('fct_ticket_events'), ref('stg_ticket_events')],
    'reviews': [ref('fct_reviews'), ref('stg_reviews')],
    'orders': [ref('fct_orders'), ref('stg_orders')],
    'order_items': [ref('fct_order_items'), ref('stg_order_items')],
    'order_claims': [ref('fct_order_claims'), ref('stg_order_claims')],
    'subscriptions': [ref('fct_subscriptions'), ref('stg_subscriptions')],
    'surveys': [ref('fct_surveys'), ref('stg_surveys')],
    'agent_absences': [ref('fct_agent_absences'), ref('stg_agent_absences')],
} %}

with counted as (
    {% for name, relations in facts.items() %}
        select
            '{{ name }}' as table_name,
            (select count(*) from {{ relations[0] }}) as fact_rows,
            (select count(*) from {{ relations[1] }}) as staged_rows
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from counted
where fact_rows <> staged_rows
