{#
  Rolls a daily_* relation up to the five grains. Dimensions in `from_week_up` have too many values for rows a day
  and start at the week.
#}
{% macro period_from(daily, measures, from_week_up=[]) -%}
with daily as (
    select * from {{ daily }}
),

{% for grain in grains() %}
    {{ grain }}s as (
        select
            '{{ grain }}' as grain,
            {{ period_start(grain, 'date_on') }} as period_start,
            dimension,
            dimension_value,
            {% for name in measures %}
                {{ measure(name, 'sum(' ~ name ~ ')') }} as {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        from daily
        where
            {{ is_in_touched_period("'" ~ grain ~ "'", period_start(grain, 'date_on')) }}
            {% if grain == 'day' and from_week_up %}
                and dimension not in ('{{ from_week_up | join("', '") }}')
            {% endif %}
        group by {{ period_start(grain, 'date_on') }}, dimension, dimension_value
    ),
{% endfor %}

grained as (
    {% for grain in grains() %}
        select * from {{ grain }}s
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from grained
{%- endmacro %}
