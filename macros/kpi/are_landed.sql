{#
  Whether every one of these relations has a row: a KPI over several tables is absent when one that it needs is, as
  a numerator that nobody could count is no 0.
#}
{% macro are_landed(relations) -%}
    {%- for relation in relations -%}
        exists (select 1 from {{ relation }}){{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
