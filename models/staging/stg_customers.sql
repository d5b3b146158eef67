with customers as (
    {{ latest_of_house(source('raw', 'customers'), ['customer_id']) }}
),

cleaned as (
    select
        customer_id,
        {{ clean_code('segment') }} as segment,
        upper({{ clean_code('country') }}) as country,
        acquired_on
    from customers
)

select * from cleaned
