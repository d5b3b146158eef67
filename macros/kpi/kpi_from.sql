{#
  A KPI: which measures of a period_* relation are its numerator and its denominator. A count has none but 1.

  numerator, denominator, sum_of_squares, sample_size, immature_count: columns (or sums of columns) of the relation.
  Give `sum_of_squares` for a mean, so that it has a confidence interval, and `immature_count` for a KPI that needs
  time to pass. sample_size: the denominator's rows, or the count, unless said otherwise.
#}
{% macro kpi_from(
    period, numerator, denominator=1, sum_of_squares='null', sample_size=none, immature_count=0, where='true'
) -%}
select
    grain,
    period_start,
    dimension,
    dimension_value,
    cast({{ numerator }} as {{ type_double() }}) as numerator,
    cast({{ denominator }} as {{ type_double() }}) as denominator,
    cast({{ sum_of_squares }} as {{ type_double() }}) as sum_of_squares,
    cast({{ sample_size or (numerator if denominator == 1 else denominator) }} as bigint) as sample_size,
    cast({{ immature_count }} as bigint) as immature_count
from {{ period }}
where {{ where }}
{%- endmacro %}
