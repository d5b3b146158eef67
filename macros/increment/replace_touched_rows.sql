{#
  The statements that bring a model's table up to date in an increment: of the rows in its scope (see touched_scope)
  those that are no longer computed go and new ones come; equal ones stay where they are. What was computed is kept as
  table `touched.<model>`, and what went and came as `replaced.<model>`, with the key as comment, for what follows.

  relation: the model's table; compiled_code: its query. Its columns are the table's, but for their order, as a model that
  changed is built in full.
#}
{% macro replace_touched_rows(relation, compiled_code) -%}
    {%- set scope = touched_scope() -%}
    create or replace table {{ touched(relation) }} as
    select * from {{ relation }}
    limit 0;

    insert into {{ touched(relation) }} by name
    {{ compiled_code }};

    create or replace table {{ replaced(relation) }} as
    with standing as (
        select * from {{ relation }}
        where {{ scope }}
    ),
    gone as (
        select * from standing
        except all
        select * from {{ touched(relation) }}
    ),
    come as (
        select * from {{ touched(relation) }}
        except all
        select * from standing
    )
    select *, false as is_new from gone
    union all
    select *, true as is_new from come;

    comment on table {{ replaced(relation) }} is '{{ tojson(config.get('unique_key')) }}';

    delete from {{ relation }} as standing
    using (select * from {{ replaced(relation) }} where not is_new) as gone
    where
        {% for column in config.get('unique_key') -%}
            standing.{{ adapter.quote(column) }} is not distinct from gone.{{ adapter.quote(column) }}
            {{- ' and' if not loop.last }}
        {% endfor %};

    insert into {{ relation }}
    select * exclude (is_new) from {{ replaced(relation) }}
    where is_new
{%- endmacro %}
