{#
  Whether a row is of an id that this increment touches. kind, id: SQL of the row; begun_on: its column of a day from
  which on the row is there at all, where no change brings it but time.
#}
{% macro is_touched(kind, id, begun_on=none) -%}
    {%- if is_increment() -%}
        (
            ({{ kind }}, {{ id }}) in (select kind, id from touched.ids)
            {%- if begun_on %}
                or {{ begun_on }} > (select as_of_on from touched.build_before)
            {%- endif %}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
