{#
  Whether this run computes only what changed since the build before. `service-kpis build` says so, when it has
  written the rows that are touched to schema `touched` (python/service_kpis/increment); plain dbt builds in full.
#}
{% macro is_increment() %}
    {{ return(execute and env_var('SERVICE_KPIS_IS_INCREMENT', 'false') == 'true') }}
{% endmacro %}
