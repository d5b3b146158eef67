{#
  The incremental strategy `touched`: of the rows in the model's scope (see touched_scope) those that are no longer
  computed go and new ones come; equal ones stay where they are. What went and came is kept as table `replaced.<model>`
  for the models that follow, and what was computed as `touched.<model>`.
#}
{% macro get_incremental_touched_sql(arguments) -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set computed = arguments['temp_relation'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set scope = touched_scope() -%}

    create or replace table {{ touched(target) }} as
    select * from {{ computed }};

    create or replace table {{ replaced(target) }} as
    with standing as (
        select {{ columns }} from {{ target }}
        where {{ scope }}
    ),
    gone as (
        select * from standing
        except all
        select {{ columns }} from {{ computed }}
    ),
    come as (
        select {{ columns }} from {{ computed }}
        except all
        select * from standing
    )
    select *, false as is_new from gone
    union all
    select *, true as is_new from come;

    delete from {{ target }} as standing
    using (select * from {{ replaced(target) }} where not is_new) as gone
    where
        {% for column in arguments['unique_key'] -%}
            standing.{{ adapter.quote(column) }} is not distinct from gone.{{ adapter.quote(column) }}
            {{- ' and' if not loop.last }}
        {% endfor %};

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ replaced(target) }}
    where is_new
{%- endmacro %}
