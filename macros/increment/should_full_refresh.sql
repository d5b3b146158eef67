{# In dbt's place: an incremental model is built in full unless the run is an increment, which knows what is touched. #}
{% macro should_full_refresh() %}
    {{ return(not is_increment()) }}
{% endmacro %}
