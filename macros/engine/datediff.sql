{# dbt's own macro, of dates. dbt-spark's stops at a null, as an empty table's first day is. #}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        datediff({{ second_date }}, {{ first_date }})
    {%- elif datepart == 'month' -%}
        (12 * (year({{ second_date }}) - year({{ first_date }})) + month({{ second_date }}) - month({{ first_date }}))
    {%- else -%}
        {%- do exceptions.raise_compiler_error('datediff of a ' ~ datepart ~ ' is not written for Spark.') -%}
    {%- endif -%}
{%- endmacro %}
