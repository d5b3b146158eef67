{# Measures that sum those of the same names of a relation in which they are counted already. #}
{% macro sums_of(measures) -%}
    {%- set sums = {} -%}
    {%- for name in measures -%}
        {%- do sums.update({name: 'sum(' ~ name ~ ')'}) -%}
    {%- endfor -%}
    {{ return(sums) }}
{%- endmacro %}
