{#
  Half the 95 % interval of a mean: 1.96·sd/√n with the sample's deviation, for n ≥ 2; of points (NPS) by
  1.96·100·√((p+d−(p−d)²)/n), which is the same with the population's. Null where a KPI gives no sum of squares and
  for units that are no means.
#}
{% macro margin_of_error(unit, kpi) -%}
    {%- set squares_about_mean -%}
        greatest({{ kpi }}.sum_of_squares - {{ divide(kpi ~ '.numerator * ' ~ kpi ~ '.numerator', kpi ~ '.denominator') }}, 0)
    {%- endset -%}
    case
        when {{ kpi }}.sum_of_squares is null then null
        when {{ unit }} in ('seconds', 'score') and {{ kpi }}.sample_size >= 2
            then 1.96 * sqrt(
                {{ divide(squares_about_mean, kpi ~ '.sample_size - 1') }} / {{ kpi }}.sample_size
            )
        when {{ unit }} = 'points' and {{ kpi }}.sample_size >= 1
            then 1.96 * sqrt(
                {{ divide(squares_about_mean, kpi ~ '.sample_size') }} / {{ kpi }}.sample_size
            )
    end
{%- endmacro %}
