with backlog as (
    select * from {{ ref('daily_backlog') }}
),

{{ closing_stock('backlog', 'open_count') }}

select * from closing
where not (grain = 'day' and dimension = 'agent')
