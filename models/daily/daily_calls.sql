{{ config(meta={'days_of': {'fct_calls': 'started_on'}}) }}

with inbound_calls as (
    select
        *,
        started_on as date_on
    from {{ ref('fct_calls') }}
    where is_inbound and {{ is_on_touched_day('started_on') }}
),

{{ by_dimension('inbound_calls', ['date_on'], call_dimensions(), call_measures()) }}
