with advocates as (
    select * from {{ ref('daily_advocates') }}
),

{{ closing_stock('advocates', 'advocate_count') }}

select * from closing
