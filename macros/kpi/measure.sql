{# A measure in its type: what is named `…_count` is a whole number, all else a double. #}
{% macro measure(name, aggregate) -%}
    cast({{ aggregate }} as {{ 'bigint' if name.endswith('_count') else type_double() }})
{%- endmacro %}
