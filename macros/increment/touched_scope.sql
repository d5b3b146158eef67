{#
  The condition of the rows that an increment replaces in this model, as its config says under `meta`:

  touched_by: {kind: SQL, id: SQL}: rows of a touched call, ticket, order, person …
  days_of: {model: column}: the days (date_on) that replaced rows of these models stand on.
  periods_of: {model: column}: the periods that replaced rows of these models lie in, by their day.
  cells_of: folder: the periods (grain, period_start) of replaced rows of all models of the folder, and those that were
  not over when the build before was made.
#}
{% macro touched_scope() -%}
    {%- set meta = config.get('meta') -%}
    {%- if meta.touched_by -%}
        ({{ meta.touched_by.kind }}, {{ meta.touched_by.id }}) in (select kind, id from touched.ids)
    {%- elif meta.days_of -%}
        date_on in ({{ touched_days() }})
    {%- elif meta.periods_of or meta.cells_of -%}
        (grain, period_start) in ({{ touched_periods() }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
