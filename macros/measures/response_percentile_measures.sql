{# Percentiles of first responses: they add up over nothing, so each period computes its own from the rows. #}
{% macro response_percentile_measures() -%}
    {{ return({
        'responded_count': 'count(first_response_seconds)',
        'median_response_seconds': percentile_of('first_response_seconds', 0.5),
        'p90_response_seconds': percentile_of('first_response_seconds', 0.9),
    }) }}
{%- endmacro %}
