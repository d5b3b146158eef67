{#
  Describes the columns that every kpi_<key> table has, once for them all; persist_docs would want them written in each
  yml. A hook of the folder; the tables above them describe their own.
#}
{% macro describe_kpi_columns() %}
    {% set descriptions = {
        'grain': 'day, week (ISO, from Monday), month, quarter or year.',
        'period_start': 'First local day of the period.',
        'dimension': 'What the row is told apart by: all, or the name of a dimension.',
        'dimension_value': 'Value of the dimension, (none) where a row has none; all for all.',
        'numerator': 'Numerator of the KPI.',
        'denominator': 'Denominator of the KPI; 1 of a count.',
        'sum_of_squares': 'Sum of squares of what a mean sums, for its interval; null where the KPI is no mean.',
        'sample_size': 'Rows counted in the denominator; of a count, the count.',
        'immature_count': 'Rows of the cell that need more time to be judged.',
    } %}
    {% if execute and model.config.meta.kpi %}
        {% set columns = {} %}
        {% for name, description in descriptions.items() %}
            {% do columns.update({name: {'name': name, 'description': description, 'quote': false}}) %}
        {% endfor %}
        {{ return(alter_column_comment(this, columns)) }}
    {% endif %}
{% endmacro %}
