{#
  The columns together name a row: no two rows agree in all of them, and the last (the id itself) is never null, unless
  `is_required` is false.
#}
{% test unique_key(model, columns, is_required=true) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1{% if is_required %} or {{ columns[-1] }} is null{% endif %}

{% endtest %}
