{#
  What renewals are made of: sums over the ended terms of fct_subscriptions, dated by ended_on. daily_subscriptions.yml
  tells what each is.
#}
{% macro subscription_measures() -%}
    {{ return({
        'ended_term_count': 'count(*)',
        'followed_term_count': count_where('has_next_term'),
        'mature_term_count': count_where('is_renewed is not null'),
        'renewed_term_count': count_where('is_renewed'),
        'immature_term_count': count_where('is_renewed is null'),
    }) }}
{%- endmacro %}
