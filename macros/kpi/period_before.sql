{# The first day of the period before the one that starts on period_start. #}
{% macro period_before(grain_column, period_start) -%}
    cast(
        case {{ grain_column }}
            when 'day' then {{ dbt.dateadd('day', -1, period_start) }}
            when 'week' then {{ dbt.dateadd('day', -7, period_start) }}
            when 'month' then {{ dbt.dateadd('month', -1, period_start) }}
            when 'quarter' then {{ dbt.dateadd('month', -3, period_start) }}
            when 'year' then {{ dbt.dateadd('month', -12, period_start) }}
        end as date
    )
{%- endmacro %}
