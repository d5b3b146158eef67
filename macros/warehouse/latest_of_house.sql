{# The rows of a raw table whose key is the house's: one thing, whichever source says it, and the later landing wins. #}
{% macro latest_of_house(relation, key) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by _landed_at desc, {{ byte_order('_source') }} desc
            ) as landing_rank
        from {{ relation }}
    ) as ranked
    where landing_rank = 1
{%- endmacro %}
