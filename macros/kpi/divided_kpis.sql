{#
  The CTEs that make the rows of kpi_values from a relation like kpi_union's: `divided`, the only division of a
  numerator by its denominator, and `bounded` with the 95 % interval.
#}
{% macro divided_kpis(kpis, catalogue, now) -%}
divided as (
    select
        kpis.*,
        {{ divide('kpis.numerator', 'kpis.denominator') }} as value,
        {{ margin_of_error('catalogue.unit', 'kpis') }} as margin_of_error,
        catalogue.unit,
        kpis.immature_count = 0
        and {{ period_end('kpis.grain', 'kpis.period_start') }} <= now.as_of_on as is_complete
    from {{ kpis }} as kpis
    inner join {{ catalogue }} as catalogue
        on kpis.kpi_key = catalogue.kpi_key
    cross join {{ now }} as now
),

bounded as (
    select
        kpi_key,
        grain,
        period_start,
        dimension,
        dimension_value,
        numerator,
        denominator,
        value,
        sample_size,
        case
            when unit = 'ratio' and sample_size > 0
                then {{ wilson_bound('value', 'sample_size', '-') }}
            else value - margin_of_error
        end as ci_low,
        case
            when unit = 'ratio' and sample_size > 0
                then {{ wilson_bound('value', 'sample_size', '+') }}
            else value + margin_of_error
        end as ci_high,
        is_complete
    from divided
)
{%- endmacro %}
