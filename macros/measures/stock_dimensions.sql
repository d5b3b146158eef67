{# What the stock of open tickets is told apart by, beside `all`: as tickets, but a stock has no type of day. #}
{% macro stock_dimensions() -%}
    {{ return(ticket_dimensions() | reject('equalto', 'day_type') | list) }}
{%- endmacro %}
