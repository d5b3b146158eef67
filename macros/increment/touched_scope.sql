{#
  The condition of the rows that an increment replaces in this model, as its config says under `meta`:

  touched_by: {kind: SQL, id: SQL, begun_on: column}: rows of a touched call, ticket, order, person …; see is_touched.
  days_of: {model: column}: the days (date_on) that replaced rows of these models stand on.
  periods_of: {model: column}: the periods that replaced rows of these models lie in, by their day, or that they are of,
  where the column is period_start.
  cells_of: folder: the cells of KPIs that read a model of the folder, where it had rows replaced; see touched_cells.
  follows: {model: [columns]}: rows that share these columns with a replaced row of the model.
#}
{% macro touched_scope() -%}
    {%- set meta = config.get('meta') -%}
    {%- if meta.touched_by -%}
        {{ is_touched(**meta.touched_by) }}
    {%- elif meta.days_of -%}
        date_on in ({{ touched_days() }})
    {%- elif meta.periods_of -%}
        (grain, period_start) in ({{ touched_periods() }})
    {%- elif meta.cells_of -%}
        {{ is_in_touched_cells() }}
    {%- elif meta.follows -%}
        {{ is_beside_replaced() }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
