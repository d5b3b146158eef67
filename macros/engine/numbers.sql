{# A select of the integers 0 to 99,999 as `number`: no engine's series function is another's. #}
{% macro numbers() -%}
    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as number
    from {{ digits() }} as ones
    cross join {{ digits() }} as tens
    cross join {{ digits() }} as hundreds
    cross join {{ digits() }} as thousands
    cross join {{ digits() }} as ten_thousands
{%- endmacro %}
