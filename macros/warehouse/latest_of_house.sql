{#
  The rows of a raw table whose key is the house's: one thing, whichever source says it, and the later landing wins.
  Few are said twice, and only those are put in order.
#}
{% macro latest_of_house(relation, key) -%}
    {%- set said_twice -%}
        (
            select {{ key | join(', ') }}
            from {{ relation }}
            group by {{ key | join(', ') }}
            having count(*) > 1
        )
    {%- endset -%}
    select
        landed.*,
        1 as landing_rank
    from {{ relation }} as landed
    left join {{ said_twice }} as said_twice
        on {% for column in key %}landed.{{ column }} = said_twice.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    where said_twice.{{ key[0] }} is null
    union all
    select *
    from (
        select
            landed.*,
            row_number() over (
                partition by landed.{{ key | join(', landed.') }}
                order by landed._landed_at desc, {{ byte_order('landed._source') }} desc
            ) as landing_rank
        from {{ relation }} as landed
        inner join {{ said_twice }} as said_twice
            on {% for column in key %}landed.{{ column }} = said_twice.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    ) as ranked
    where landing_rank = 1
{%- endmacro %}
