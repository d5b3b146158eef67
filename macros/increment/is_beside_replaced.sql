{#
  A model that follows others computes only rows that share the columns named by its config with a row that this
  increment replaced there: `meta: {follows: {model: [columns]}}`.
#}
{% macro is_beside_replaced() -%}
    {%- if is_increment() -%}
        (
            {%- for model, columns in config.get('meta').follows.items() %}
                ({{ columns | join(', ') }}) in (
                    select {{ columns | join(', ') }} from {{ replaced(this.incorporate(path={'identifier': model})) }}
                )
                {{- ' or ' if not loop.last }}
            {%- endfor %}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
