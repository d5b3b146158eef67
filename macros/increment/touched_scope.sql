{#
  The condition of the rows that an increment replaces in this model, as its config says under `meta`:

  touched_by: {column: [kinds]}: rows of a touched call, ticket, order, person …
  days_of: {model: column}: the days (date_on) that replaced rows of these models stand on.
  periods_of: [models]: the periods that replaced rows of these daily models lie in.
  cells_of: [models]: the periods (grain, period_start) of replaced rows of these models, and those that were not over
  when the build before was made.
#}
{% macro touched_scope() -%}
    {%- set meta = config.get('meta') -%}
    {%- if meta.touched_by -%}
        {%- for column, kinds in meta.touched_by.items() -%}
            {{ column }} in (select id from touched.ids where kind in ('{{ kinds | join("', '") }}'))
        {%- endfor -%}
    {%- elif meta.days_of -%}
        date_on in ({{ touched_days() }})
    {%- elif meta.periods_of or meta.cells_of -%}
        (grain, period_start) in ({{ touched_periods() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
