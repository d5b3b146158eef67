{# The first day after a period, for a column that says its grain. #}
{% macro period_end(grain_column, period_start) -%}
    cast(
        case {{ grain_column }}
            when 'day' then {{ dbt.dateadd('day', 1, period_start) }}
            when 'week' then {{ dbt.dateadd('day', 7, period_start) }}
            when 'month' then {{ dbt.dateadd('month', 1, period_start) }}
            when 'quarter' then {{ dbt.dateadd('month', 3, period_start) }}
            when 'year' then {{ dbt.dateadd('month', 12, period_start) }}
        end as date
    )
{%- endmacro %}
