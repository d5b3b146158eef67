{#
  The statements that bring a model's table up to date in an increment: of the rows in its scope (see touched_scope)
  those that are no longer computed go and new ones come; equal ones stay where they are. What was computed is kept as
  table `touched.<model>`, and what went and came as `replaced.<model>`, with the key as comment, for what follows.

  relation: the model's table; compiled_code: its query. Its columns are the table's, but for their order, as a model that
  changed is built in full.
#}
{% macro replace_touched_rows(relation, compiled_code) -%}
    {%- set key = config.get('unique_key') -%}
    create or replace table {{ touched(relation) }} as
    select * from {{ relation }}
    limit 0;

    insert into {{ touched(relation) }} by name
    {{ compiled_code }};

    create or replace table {{ replaced(relation) }} as
    with standing as (
        select * from {{ relation }}
        where {{ touched_scope() }}
    ),
    differing as (
        select
            {% for column in key %}
                coalesce(standing.{{ column }}, computed.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from standing
        full join {{ touched(relation) }} as computed on {{ is_same_key(key, 'standing', 'computed') }}
        where standing is distinct from computed
    )
    select *, false as is_new from standing
    semi join differing on {{ is_same_key(key, 'standing', 'differing') }}
    union all
    select *, true as is_new from {{ touched(relation) }} as computed
    semi join differing on {{ is_same_key(key, 'computed', 'differing') }};

    comment on table {{ replaced(relation) }} is '{{ tojson(key) }}';

    delete from {{ relation }} as standing
    using (select * from {{ replaced(relation) }} where not is_new) as gone
    where {{ is_same_key(key, 'standing', 'gone') }};

    insert into {{ relation }}
    select * exclude (is_new) from {{ replaced(relation) }}
    where is_new
{%- endmacro %}
