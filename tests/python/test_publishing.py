"""Publishing: whole or not at all, refused after a failed check, and three ways back."""

import os
import re
from dataclasses import replace

import duckdb
import pytest

from service_kpis import cli, publishing, state
from service_kpis.command import invoke
from service_kpis.errors import CheckFailedError, InputError
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse
from torture.hand_made import build, checks, dbt_ran

USERS_UMASK = os.umask(0)  # dbt in this process narrows it
os.umask(USERS_UMASK)


@pytest.fixture
def warehouse(tmp_path):
    warehouse = Warehouse(tmp_path)
    with warehouse.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute("create schema marts")
        connection.execute("create schema raw")
        connection.execute("create table raw.parties as select 'phone' as kind")
        connection.execute("create table marts.kpi_values as select 1 as value")
        connection.execute("create table marts.int_hidden as select 1 as value")
        connection.execute("comment on table marts.kpi_values is 'One row; it''s a cell'")
        connection.execute("comment on column marts.kpi_values.value is 'numerator / denominator'")
    built(warehouse, "first", 1)
    return warehouse


def built(warehouse, build_id, value):
    """Stand in for a build that passed, and its checks."""
    with warehouse.connect() as connection:
        connection.execute("update marts.kpi_values set value = ?", [value])
    dbt_ran(warehouse, build_id)
    state.update(warehouse, {"build": build(build_id), "checks": checks(build_id)})


def read_value(path):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute("select value from marts.kpi_values").fetchone()[0]


def test_published_file_holds_the_marts_alone_with_their_comments(warehouse):
    assert publishing.publish(warehouse, Progress()).id == "first"
    with duckdb.connect(warehouse.published, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables()"
        ).fetchall()
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where table_name = 'kpi_values'"
        ).fetchall()
    assert tables == [("marts", "kpi_values", "One row; it's a cell")]
    assert columns == [("value", "numerator / denominator")]
    assert sorted(path.name for path in warehouse.folder.glob("service_kpis*")) == [
        "service_kpis.duckdb"
    ]


def test_a_view_on_published_tables_stays_one_and_any_other_becomes_a_table(warehouse):
    with warehouse.connect() as connection:
        connection.execute("create table intermediate.period_calls as select 7 as numerator")
        connection.execute(
            "create view marts.kpi_calls as (select numerator from build.intermediate.period_calls)"
        )
        connection.execute(
            "create view marts.kpi_changes as "
            "(select value + 1 as next from build.marts.kpi_values)"
        )
        connection.execute(
            "create view marts.kpi_again as (select next from build.marts.kpi_changes)"
        )
        connection.execute("comment on view marts.kpi_changes is 'One row'")
        connection.execute("comment on column marts.kpi_changes.next is 'One more'")
        connection.execute("comment on view marts.kpi_calls is 'Calls'")
    publishing.publish(warehouse, Progress())
    warehouse.build.unlink()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse.published}' as of_a_user (read_only)")
        tables = connection.execute(
            "select table_name, comment from duckdb_tables() order by all"
        ).fetchall()
        views = connection.execute(
            "select view_name, comment from duckdb_views() where not internal"
        ).fetchall()
        comment = connection.execute(
            "select comment from duckdb_columns() "
            "where column_name = 'next' and table_name = 'kpi_changes'"
        ).fetchall()
        rows = connection.execute(
            "from of_a_user.marts.kpi_calls, of_a_user.marts.kpi_changes, of_a_user.marts.kpi_again"
        ).fetchall()
    assert tables == [
        ("kpi_again", None),
        ("kpi_calls", "Calls"),
        ("kpi_values", "One row; it's a cell"),
    ]
    assert views == [("kpi_changes", "One row")]
    assert comment == [("One more",)]
    assert rows == [(7, 2, 2)]


def test_the_published_file_says_what_it_is_wherever_it_stands(warehouse, tmp_path):
    published = publishing.publish(warehouse, Progress())
    moved = Warehouse(tmp_path / "elsewhere")
    moved.folder.mkdir()
    warehouse.published.rename(moved.published)
    size = moved.published.stat().st_size
    there = replace(published, path=moved.published, size=size)
    assert publishing.publication(moved.published) == there
    with duckdb.connect(moved.published, read_only=True) as connection:
        said = connection.execute(
            "select build_id, published_at, as_of from marts.publication()"
        ).fetchall()
    assert said == [("first", published.at, "2025-01-31T18:00:00Z")]


def test_readers_keep_the_file_that_they_opened(warehouse):
    publishing.publish(warehouse, Progress())
    with warehouse.published.open("rb") as reader:
        before = warehouse.published.read_bytes()
        built(warehouse, "second", 2)
        publishing.publish(warehouse, Progress())
        assert reader.read() == before
    assert read_value(warehouse.published) == 2
    assert read_value(warehouse.kept[0]) == 1


def test_the_last_three_are_kept_and_come_back_one_by_one(warehouse):
    for value in range(1, 6):
        built(warehouse, f"build {value}", value)
        publishing.publish(warehouse, Progress())
    kept = [each.id for each in publishing.kept_publications(warehouse)]
    assert kept == ["build 4", "build 3", "build 2"]
    for value in (4, 3, 2):
        assert publishing.rollback(warehouse).id == f"build {value}"
        assert read_value(warehouse.published) == value
    with pytest.raises(InputError, match="nothing to go back to"):
        publishing.rollback(warehouse)
    assert read_value(warehouse.published) == 2


def test_what_was_rolled_back_is_not_kept_and_can_be_published_again(warehouse):
    for value in (1, 2, 3):
        built(warehouse, f"build {value}", value)
        publishing.publish(warehouse, Progress())
    publishing.rollback(warehouse)
    publishing.rollback(warehouse)
    assert publishing.publish(warehouse, Progress()).id == "build 3"
    assert [each.id for each in publishing.kept_publications(warehouse)] == ["build 1"]


def test_a_build_published_twice_is_rolled_back_to_the_one_before(warehouse):
    publishing.publish(warehouse, Progress())
    built(warehouse, "second", 2)
    publishing.publish(warehouse, Progress())
    publishing.publish(warehouse, Progress())
    assert publishing.rollback(warehouse).id == "first"
    assert read_value(warehouse.published) == 1


def test_a_rollback_tells_the_instant_as_status_does(warehouse, capsys):
    for value in (1, 2):
        built(warehouse, f"build {value}", value)
        publishing.publish(warehouse, Progress())
    assert invoke(cli.app, ["rollback", "--warehouse", str(warehouse.folder)]) == 0
    told = capsys.readouterr().out
    assert re.search(r"is the file published [0-9-]{10} [0-9:]{5} \(Europe/Paris\) again", told)


def test_a_rollback_passes_over_what_a_killed_publish_had_just_kept(warehouse):
    publishing.publish(warehouse, Progress())
    built(warehouse, "second", 2)
    publishing.publish(warehouse, Progress())
    latest, before, _ = warehouse.kept
    latest.rename(before)
    latest.hardlink_to(warehouse.published)
    assert [each.id for each in publishing.kept_publications(warehouse)] == ["first"]
    assert publishing.rollback(warehouse).id == "first"
    assert read_value(warehouse.published) == 1
    assert not any(path.exists() for path in warehouse.kept)


def test_a_write_ahead_log_that_a_tool_left_is_not_replayed_onto_the_next_file(warehouse):
    publishing.publish(warehouse, Progress())
    log = warehouse.folder / "service_kpis.duckdb.wal"
    with duckdb.connect(warehouse.published) as connection:
        connection.execute("set checkpoint_threshold = '1GB'")
        connection.execute("create table marts.own_notes as select 1 as note")
        left = log.read_bytes()
    log.write_bytes(left)
    built(warehouse, "second", 2)
    publishing.publish(warehouse, Progress())
    assert not log.exists()
    assert read_value(warehouse.published) == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"build": None}, "no finished build"),
        ({"build": build("first", passed=False)}, "build failed"),
        ({"build": build("first", is_whole=False)}, "selection"),
        ({"build": build("later")}, "not validated"),
        ({"checks": None}, "not validated"),
        ({"checks": checks("first", passed=False)}, "A check of the last build failed"),
    ],
)
def test_what_has_not_passed_is_refused_and_the_old_file_stays(warehouse, changes, told):
    publishing.publish(warehouse, Progress())
    before = warehouse.published.read_bytes()
    state.update(warehouse, changes)
    with pytest.raises(CheckFailedError, match=told):
        publishing.publish(warehouse, Progress())
    assert warehouse.published.read_bytes() == before
    assert not any(path.exists() for path in warehouse.kept)


def test_what_plain_dbt_built_after_the_checks_is_refused(warehouse):
    publishing.publish(warehouse, Progress())
    before = warehouse.published.read_bytes()
    dbt_ran(warehouse, "by hand")
    with pytest.raises(CheckFailedError, match="no check has seen"):
        publishing.publish(warehouse, Progress())
    assert warehouse.published.read_bytes() == before


def test_a_publish_that_fails_midway_leaves_the_old_file_and_no_draft(warehouse, monkeypatch):
    publishing.publish(warehouse, Progress())
    before = warehouse.published.read_bytes()

    def fail(connection, draft, new, made_with, progress):
        draft.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "_write_marts", fail)
    with pytest.raises(OSError, match="No space"):
        publishing.publish(warehouse, Progress())
    assert warehouse.published.read_bytes() == before
    assert not list(warehouse.folder.glob("*.tmp"))


def test_the_next_run_clears_away_what_a_killed_one_left(warehouse):
    for name in ("service_kpis.duckdb.4.tmp", "service_kpis.duckdb.4.tmp.wal", "state.json.4.tmp"):
        (warehouse.folder / name).write_bytes(b"half")
    spilled = warehouse.folder / "build.duckdb.tmp"
    for folder in (spilled, warehouse.folder / "data_docs.4.tmp", warehouse.folder / ".sample.x"):
        folder.mkdir()
        (folder / "part").write_bytes(b"half")
    with warehouse.locked():
        pass
    assert sorted(path.name for path in warehouse.folder.iterdir()) == [
        ".lock",
        "build.duckdb",
        "state.json",
    ]


MARK = "update marts.fct_calls set seconds = -1 where call_id = 'stays'"
"""Done to the published file, it tells whether the file was written anew."""


def an_increment_later(warehouse, *statements, is_ours=True):
    """Publish a build, and let an increment upon it replace a call and its day's cell.

    `is_ours`: the mark in the published file passes for what was published.
    """
    with warehouse.connect() as connection:
        connection.execute(
            "create table marts.fct_calls as select * from (values "
            "('stays', 1), ('is corrected', 2), ('goes', 3)) as calls (call_id, seconds)"
        )
        connection.execute("comment on column marts.fct_calls.seconds is 'A length'")
        connection.execute(
            "create table intermediate.period_calls as select * from (values "
            "('day', date '2025-01-06', 6), ('day', date '2025-01-07', 9)) "
            "as cells (grain, period_start, numerator)"
        )
        connection.execute(
            "create view marts.kpi_seconds as (select * from build.intermediate.period_calls)"
        )
        connection.execute("create table marts.dim_days as select 1 as number")
    publishing.publish(warehouse, Progress())
    with duckdb.connect(warehouse.published) as connection:
        connection.execute(MARK)
    if is_ours:
        state.update(warehouse, {"published": publishing.signature(warehouse.published)})
    with warehouse.connect() as connection:
        for statement in (
            "create schema touched",
            "create schema replaced",
            "create table touched.build_before as select 'first' as invocation_id",
            "create table replaced.fct_calls as select * from (values ('is corrected', 2, false), "
            "('is corrected', 4, true), ('goes', 3, false), ('comes', 5, true)) "
            "as calls (call_id, seconds, is_new)",
            "comment on table replaced.fct_calls is '[\"call_id\"]'",
            "create table replaced.period_calls as select * from (values "
            "('day', date '2025-01-06', 6, false), ('day', date '2025-01-06', 10, true)) "
            "as cells (grain, period_start, numerator, is_new)",
            'comment on table replaced.period_calls is \'["grain", "period_start"]\'',
            "create or replace table marts.fct_calls as select * from (values "
            "('stays', 1), ('is corrected', 4), ('comes', 5)) as calls (call_id, seconds)",
            "comment on column marts.fct_calls.seconds is 'A length'",
            "update intermediate.period_calls set numerator = 10 where numerator = 6",
            "update marts.dim_days set number = 2",
            *statements,
        ):
            connection.execute(statement)
    built(warehouse, "second", 2)
    publishing.publish(warehouse, Progress())


def read_published(warehouse, query):
    with duckdb.connect(warehouse.published, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_of_an_increment_what_it_replaced_is_written_and_nothing_else(warehouse):
    an_increment_later(warehouse)
    assert read_published(warehouse, "from marts.fct_calls order by all") == [
        ("comes", 5),
        ("is corrected", 4),
        ("stays", -1),
    ]
    assert [row[2] for row in read_published(warehouse, "from marts.kpi_seconds order by all")] == [
        10,
        9,
    ]
    assert read_published(warehouse, "from marts.dim_days") == [(2,)]
    assert read_value(warehouse.published) == 2
    assert publishing.publication(warehouse.published).id == "second"
    comments = "select comment from duckdb_columns() where column_name = 'seconds'"
    assert read_published(warehouse, comments) == [("A length",)]


@pytest.mark.parametrize(
    "otherwise",
    [
        "update touched.build_before set invocation_id = 'one that was not published'",
        "delete from touched.build_before",
        "alter table marts.fct_calls add column more integer",
        "comment on column marts.fct_calls.seconds is 'Another length'",
        "create table marts.daily_calls as select 1 as number",
    ],
)
def test_a_file_that_an_increment_does_not_go_on_from_is_written_anew(warehouse, otherwise):
    an_increment_later(warehouse, otherwise)
    stays = "select seconds from marts.fct_calls where call_id = 'stays'"
    assert read_published(warehouse, stays) == [(1,)]


def test_a_file_that_somebody_wrote_to_is_written_anew(warehouse):
    an_increment_later(warehouse, is_ours=False)
    assert read_published(warehouse, "from marts.fct_calls order by all") == [
        ("comes", 5),
        ("is corrected", 4),
        ("stays", 1),
    ]


def test_what_is_private_is_the_owners_alone_and_what_is_published_is_read_by_others(warehouse):
    warehouse.build.chmod(0o644)  # as plain dbt of an earlier version left it
    with warehouse.locked():
        state.update(warehouse, {"vars": {}})
        publishing.publish(warehouse, Progress())
    modes = {path.name: path.stat().st_mode & 0o777 for path in warehouse.folder.iterdir()}
    assert modes == {
        ".lock": 0o600,
        "build.duckdb": 0o600,
        "state.json": 0o600,
        "service_kpis.duckdb": 0o666 & ~USERS_UMASK,
    }
