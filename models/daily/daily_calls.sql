with inbound_calls as (
    select
        *,
        started_on as date_on
    from {{ ref('fct_calls') }}
    where is_inbound
),

{{ by_dimension('inbound_calls', ['date_on'], call_dimensions(), call_measures()) }}
