-- Who became an advocate less who ceased to be one; a cell begins with its first praise of either
-- kind.
with spans as (
    select * from {{ ref('int_advocate_spans') }}
),

praise as (
    select * from {{ ref('int_praise') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

turns as (
    select
        customer_hash,
        praised_on as date_on,
        0 as turned
    from praise
    union all
    select
        customer_hash,
        advocate_from as date_on,
        1 as turned
    from spans
    union all
    select
        customer_hash,
        advocate_until as date_on,
        -1 as turned
    from spans
),

dated as (
    select
        turns.date_on,
        turns.turned,
        customers.segment,
        customers.country
    from turns
    inner join customers
        on turns.customer_hash = customers.customer_hash
),

{{ stocked_by_day(
    'dated', customer_dimensions(), 'advocate_count', days=ref('dim_days'), now=ref('int_as_of')
) }}

select * from stocked
