{#
  In dbt's place: what a data test reads. In an increment that is what was computed anew of an incremental model, as
  the rest was tested when it was; the other rows of a key that is touched are touched, too.
#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where') -%}
    {%- set tested = relation -%}
    {%- if is_increment() and model.test_metadata.name != 'rolls_up' -%}
        {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ relation.identifier, {}) -%}
        {%- set tested = touched(relation) if node.get('config', {}).materialized == 'incremental' else relation -%}
    {%- endif -%}
    {%- if where -%}
        (select * from {{ tested }} where {{ where }}) dbt_subquery
    {%- else -%}
        {{ tested }}
    {%- endif -%}
{%- endmacro %}
