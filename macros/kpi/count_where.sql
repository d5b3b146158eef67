{# A measure: how many rows meet a condition. #}
{% macro count_where(condition) -%}
    count(*) filter (where {{ condition }})
{%- endmacro %}
