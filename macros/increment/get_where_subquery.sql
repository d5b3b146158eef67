{#
  In dbt's place: what a data test reads. In an increment that is what was computed anew of an incremental model, as
  the rest was tested when it was; the other rows of a key that is touched are touched, too.
#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where') -%}
    {%- set needs_all_rows = model.test_metadata.name == 'rolls_up' -%}
    {%- set is_part = is_increment() and not needs_all_rows and is_computed_in_part(relation) -%}
    {%- set tested = touched(relation) if is_part else relation -%}
    {%- if where -%}
        (select * from {{ tested }} where {{ where }}) dbt_subquery
    {%- else -%}
        {{ tested }}
    {%- endif -%}
{%- endmacro %}
