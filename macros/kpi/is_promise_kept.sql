{#
  Whether an order of stg_orders met a promise; judged once it did, or is overdue at `now.as_of`. Where its status tells
  that it was done (`told_by`), but not when, nobody can say.
#}
{% macro is_promise_kept(promised_at, done_at, told_by) -%}
    case
        when orders.{{ done_at }} is not null then orders.{{ done_at }} <= orders.{{ promised_at }}
        when orders.status in ('{{ told_by | join("', '") }}') then null
        when orders.{{ promised_at }} < now.as_of then false
    end
{%- endmacro %}
