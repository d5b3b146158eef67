{# Whether what an order of stg_orders promises is still to be done, and not overdue at `now.as_of`. #}
{% macro is_promise_awaited(promised_at, done_at, told_by) -%}
    (
        orders.{{ done_at }} is null
        and orders.status not in ('{{ told_by | join("', '") }}')
        and coalesce(orders.{{ promised_at }} >= now.as_of, false)
    )
{%- endmacro %}
