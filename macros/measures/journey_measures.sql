{# What journey KPIs are made of: sums over the rows of mart_customer_journeys, dated by started_on. #}
{% macro journey_measures() -%}
    {{ return({
        'journey_count': count_where('is_resolved is not null'),
        'pivoted_journey_count': count_where('is_pivoted'),
        'resolved_journey_count': count_where('is_resolved'),
        'immature_journey_count': count_where('is_resolved is null'),
    }) }}
{%- endmacro %}
