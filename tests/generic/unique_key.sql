{# The columns together name a row: no two rows agree in all of them, and none is null but those of `may_be_null`. #}
{% test unique_key(model, columns, may_be_null=[]) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns if column not in may_be_null %}
        or {{ column }} is null
    {% endfor %}
{% endtest %}
