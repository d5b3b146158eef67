{#
  A relation, in an increment only those of its rows that are computed anew: all rows of the people, calls, tickets,
  orders … that a change touches. What is computed from one row, or from the rows of one of these, reads its sources
  so; what counts over all of them must not.
#}
{% macro touched(relation) -%}
    {%- if is_increment() -%}
        {{ relation.incorporate(path={'schema': 'touched'}, type='table') }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
