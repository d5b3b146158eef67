{#
  Whether a row is of an id that this increment touches. kind, id: SQL of the row (DuckDB finds a few ids sooner where the
  kind is a literal, or several with commas, and stands apart); begun_on: its column of a day from which on the row is
  there at all, where no change brings it but time.
#}
{% macro is_touched(kind, id, begun_on=none) -%}
    {%- if is_increment() -%}
        (
            {% if kind.startswith("'") -%}
                {{ id }} in (select id from touched.ids where kind in ({{ kind }}))
            {%- else -%}
                ({{ kind }}, {{ id }}) in (select kind, id from touched.ids)
            {%- endif %}
            {%- if begun_on %}
                or {{ begun_on }} > (select as_of_on from touched.build_before)
            {%- endif %}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
