{#
  The chosen service level formula as two conditions on a call: `met`, and `left_out` of those answered or abandoned
  in the queue. A = answered, B = abandoned in the queue, ≤ = within the threshold, s = short. Compared in S0 and S4;
  vendors differ in what a caller who hangs up early says of them.
#}
{% macro service_level_formula() -%}
    {%- set answered_in_time = 'is_answered and wait_seconds <= ' ~ var('answer_threshold_seconds') -%}
    {%- set abandoned_in_time = 'is_abandoned_in_queue and wait_seconds <= ' ~ var('answer_threshold_seconds') -%}
    {{ return(choice('service_level_formula', {
        'offered': {'met': answered_in_time, 'left_out': 'false'},
        'abandons_within_met': {'met': answered_in_time ~ ' or ' ~ abandoned_in_time, 'left_out': 'false'},
        'answered_only': {'met': answered_in_time, 'left_out': 'is_abandoned_in_queue'},
        'ignore_abandons_within': {'met': answered_in_time, 'left_out': abandoned_in_time},
        'short_abandons_met': {'met': answered_in_time ~ ' or ' ~ is_short_abandon(), 'left_out': 'false'},
        'ignore_short_abandons': {'met': answered_in_time, 'left_out': is_short_abandon()},
    })) }}
{%- endmacro %}
