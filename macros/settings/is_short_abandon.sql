{# Whether a caller hung up in the queue too soon to be answered, over the columns of int_calls_timed. #}
{% macro is_short_abandon() -%}
    (is_abandoned_in_queue and wait_seconds < {{ var('short_abandon_seconds') }})
{%- endmacro %}
