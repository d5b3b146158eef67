{# What the KPIs of survey answers are made of: sums over the answered rows of fct_surveys, dated by responded_on. #}
{% macro survey_measures() -%}
    {{ return({
        'nps_answer_count': count_where('nps_points is not null'),
        'promoter_count': count_where("nps_group = 'promoter'"),
        'passive_count': count_where("nps_group = 'passive'"),
        'detractor_count': count_where("nps_group = 'detractor'"),
        'nps_points': sum_where('nps_points'),
        'nps_points_squared': sum_of_squares_where('nps_points'),
        'ill_timed_count': count_where('is_ill_timed'),
        'satisfaction_answer_count': count_where('is_satisfied is not null'),
        'satisfied_count': count_where('is_satisfied'),
        'effort_answer_count': count_where('effort_score is not null'),
        'effort_score': sum_where('effort_score'),
        'effort_score_squared': sum_of_squares_where('effort_score'),
        'effort_v2_answer_count': count_where('effort_score_v2 is not null'),
        'effort_score_v2': sum_where('effort_score_v2'),
        'effort_score_v2_squared': sum_of_squares_where('effort_score_v2'),
    }) }}
{%- endmacro %}
