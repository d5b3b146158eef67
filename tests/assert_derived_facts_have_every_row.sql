-- Facts that choose or join rows of others have exactly those they speak of: a lost row is as
-- silent as one that counts twice. Phone tickets are left out, as a call's is no other contact.
with counted as (
    select
        'calls of contacts' as rows_of,
        (
            select count(*) from {{ ref('fct_contacts') }}
            where contact_kind = 'call'
        ) as fact_rows,
        (
            select count(*) from {{ ref('stg_calls') }}
            where direction = 'inbound'
        ) as expected_rows
    union all
    select
        'tickets of contacts, but by phone' as rows_of,
        (
            select count(*) from {{ ref('fct_contacts') }}
            where contact_kind = 'ticket' and coalesce(channel, '') <> 'phone'
        ) as fact_rows,
        (
            select count(*) from {{ ref('stg_tickets') }}
            where is_counted and coalesce(channel, '') <> 'phone'
        ) as expected_rows
    union all
    select
        'e-mail tickets of customers' as rows_of,
        (select count(*) from {{ ref('fct_email_tickets') }}) as fact_rows,
        (
            select count(*) from {{ ref('fct_tickets') }}
            where is_counted and channel = 'email' and customer_hash is not null
        ) as expected_rows
    union all
    select
        'working days of agents' as rows_of,
        (
            select count(*) from {{ ref('fct_agent_days') }}
            where is_working_day
        ) as fact_rows,
        (select count(*) from {{ ref('int_agent_days') }}) as expected_rows
    union all
    select
        'active customers of periods' as rows_of,
        (select count(*) from {{ ref('fct_customer_periods') }}) as fact_rows,
        (
            select count(*)
            from (
                select distinct
                    periods.grain,
                    periods.period_start,
                    spans.customer_id
                from {{ ref('int_customer_periods') }} as periods
                inner join {{ ref('int_customers_active') }} as spans
                    on
                        periods.closes_on >= spans.active_from
                        and periods.period_start < spans.active_until
            ) as active
        ) as expected_rows
)

select * from counted
where fact_rows <> expected_rows
