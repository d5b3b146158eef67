{#
  Dimensions by family: lists of those that hang together, as a customer's segment and country do, and so have few
  combinations a day. Combined with those of another family there would be as many as rows. What has none is the first.
#}
{% macro dimension_families(dimensions) -%}
    {%- set families = [['complexity', 'priority'], ['team', 'agent'], ['segment', 'country']] -%}
    {%- set found = [dimensions | reject('in', families | sum(start=[])) | list] -%}
    {%- for family in families -%}
        {%- do found.append(family | select('in', dimensions) | list) -%}
    {%- endfor -%}
    {{ return(found | select | list) }}
{%- endmacro %}
