{# What the KPIs of survey answers are made of: sums over the answered rows of fct_surveys, dated by responded_on. #}
{% macro survey_measures() -%}
    {{ return({
        'nps_answer_count': count_where('nps_points is not null'),
        'promoter_count': count_where("nps_group = 'promoter'"),
        'passive_count': count_where("nps_group = 'passive'"),
        'detractor_count': count_where("nps_group = 'detractor'"),
        'nps_points': sum_where('nps_points'),
        'nps_points_squared': sum_of_squares_where('nps_points'),
    }) }}
{%- endmacro %}
