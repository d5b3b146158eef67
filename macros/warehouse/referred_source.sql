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
            target._source as referred_source,
            count(*) over (partition by referring._source, referring.{{ column }}) as candidate_count
        from (select distinct _source, {{ column }} from {{ relation }}) as referring
        inner join {{ target }} as target
            on referring.{{ column }} = target.{{ key }}
    ) as candidates
    where referred_source = _source or candidate_count = 1
{%- endmacro %}
