{#
  The rows of a relation once for each grain, with `grain` and the `period_start` of their day: for what is counted
  anew in each period, because it doesn't add up over days (customers, medians). `of`: the grains, where not all.
#}
{% macro at_every_grain(relation, date_on, of=none) -%}
    {% for grain in of or grains() %}
        select
            *,
            '{{ grain }}' as grain,
            {{ period_start(grain, date_on) }} as period_start
        from {{ relation }}
        where {{ is_in_touched_period("'" ~ grain ~ "'", period_start(grain, date_on)) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}
