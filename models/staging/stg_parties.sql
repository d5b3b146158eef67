with parties as (
    select * from {{ source('landing', 'parties') }}
)

select * from parties
