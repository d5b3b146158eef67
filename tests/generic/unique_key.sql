{# The columns together name a row: no two rows agree in all of them, and the last (the id itself) is never null. #}
{% test unique_key(model, columns) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or {{ columns[-1] }} is null
{% endtest %}
