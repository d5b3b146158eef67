{# The materialization of a model that an increment replaces in part: other engines build in full. #}
{% macro incremental_on_duckdb() %}
    {{ return('incremental' if target.type == 'duckdb' else 'table') }}
{% endmacro %}
