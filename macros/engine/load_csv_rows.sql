{#
  dbt's own macro, which fills a seed's table. dbt-spark's puts values between quotes as they are, so that an apostrophe
  ends one, and writes a missing value as the text `None`.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model.config.column_types %}
    {% set rows = [] %}
    {% for row in agate_table.rows %}
        {% set values = [] %}
        {% for name in agate_table.column_names %}
            {% do values.append('cast(' ~ text_literal(row[name]) ~ ' as ' ~ types[name] ~ ')') %}
        {% endfor %}
        {% do rows.append('(' ~ values | join(', ') ~ ')') %}
    {% endfor %}
    {% if rows %}
        {% do adapter.add_query('insert into ' ~ this ~ ' values ' ~ rows | join(', '), abridge_sql_log=True) %}
    {% endif %}
{% endmacro %}
