{#
  What review KPIs are made of: sums over the rows of fct_reviews that were not taken down, dated by posted_on.
  daily_reviews.yml tells what each is.
#}
{% macro review_measures() -%}
    {{ return({
        'review_count': count_where("kind = 'review'"),
        'rated_count': count_where('rating is not null'),
        'rating': sum_where('rating'),
        'rating_squared': sum_of_squares_where('rating'),
        'positive_count': count_where('is_positive'),
        'negative_count': count_where('is_negative'),
    }) }}
{%- endmacro %}
