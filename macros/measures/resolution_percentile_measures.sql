{# Percentiles of resolutions: they add up over nothing, so each period computes its own from the rows. #}
{% macro resolution_percentile_measures() -%}
    {{ return({
        'resolved_count': 'count(resolution_seconds)',
        'median_resolution_seconds': percentile_of('resolution_seconds', 0.5),
        'p90_resolution_seconds': percentile_of('resolution_seconds', 0.9),
    }) }}
{%- endmacro %}
