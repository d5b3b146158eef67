{# Each grain of a period_* model holds exactly the sum of the days of its daily_* model, dimension by dimension. #}
{% test rolls_up(model, daily, measure) %}
with days as (
    select
        dimension,
        sum({{ measure }}) as total
    from {{ daily }}
    group by dimension
),

periods as (
    select
        grain,
        dimension,
        sum({{ measure }}) as total
    from {{ model }}
    group by grain, dimension
)

select
    periods.grain,
    periods.dimension
from periods
left join days
    on periods.dimension = days.dimension
where days.total is null or periods.total <> days.total
{% endtest %}
