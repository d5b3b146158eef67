{# What a var chooses among `choices` (name: meaning); an unknown name stops the build with the valid ones. #}
{% macro choice(name, choices) -%}
    {%- set chosen = var(name) | string -%}
    {%- if chosen not in choices -%}
        {%- do exceptions.raise_compiler_error(
            "'" ~ chosen ~ "' is no value of " ~ name ~ ". Valid: " ~ choices.keys() | join(', ') ~ "."
        ) -%}
    {%- endif -%}
    {{ return(choices[chosen]) }}
{%- endmacro %}
