{#
  What the yml of every kpi_<key> says of it, ordered by key. The theme is its folder; the English definition is its
  description less the first sentence, which tells the grain. While dbt parses there is no graph to read, so one
  empty entry stands for them all.
#}
{% macro kpi_entries() -%}
    {%- set fields = [
        'label_en', 'label_fr', 'definition_fr', 'formula', 'unit', 'direction', 'target', 'target_on', 'owner',
        'source_article',
    ] -%}
    {%- set entries = [] -%}
    {%- set nodes = (graph.nodes or {}).values() | selectattr('resource_type', 'equalto', 'model') if execute else [] -%}
    {%- for node in nodes | sort(attribute='name') if node.config.meta.kpi -%}
        {%- set entry = {
            'kpi_key': node.name[4:],
            'theme': node.fqn[-2],
            'definition': node.description.split('. ', 1)[1] | trim,
        } -%}
        {%- for field in fields -%}
            {%- do entry.update({field: node.config.meta.kpi.get(field)}) -%}
        {%- endfor -%}
        {%- do entries.append(entry) -%}
    {%- endfor -%}
    {{ return(entries or [{}]) }}
{%- endmacro %}
