{#
  Where a reference leads: a select of _source, the referring column and referred_source. A reference looks in its
  own source first, then in the only other one that has such an id; one that leads nowhere has no row.
#}
{% macro referred_source(relation, column, target, key) -%}
    select
        _source,
        {{ column }},
        referred_source
    from (
        select
            referring._source,
            referring.{{ column }},
            case
                when max(case when target._source = referring._source then 1 else 0 end) = 1
                    then referring._source
                when count(*) = 1 then min(target._source)
            end as referred_source
        from (
            select distinct _source, {{ column }} from {{ relation }} where {{ column }} is not null
        ) as referring
        inner join {{ target }} as target
            on referring.{{ column }} = target.{{ key }}
        group by referring._source, referring.{{ column }}
    ) as candidates
    where referred_source is not null
{%- endmacro %}
