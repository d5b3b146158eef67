"""Databases as sources: their rows land as those of files do, and nothing else is reached."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest
import yaml

from landing_helpers import query, refused, write
from postgres_server import PASSWORD, Server, execute, running_server
from service_kpis.errors import InputError
from service_kpis.landing import files as landing_files
from service_kpis.landing import land, rejects
from service_kpis.warehouse import Warehouse

CALLS_SQL = """
    create table calls (
        id integer primary key, direction text, started text, ended text, held integer
    );
    insert into calls values
        (1, 'inbound', '2024-01-01 10:00:00', '2024-01-01 10:05:00', 7),
        (2, 'inbound', '2024-02-30 10:00:00', '2024-01-01 10:05:00', 0),
        (3, 'outbound', '2024-01-01 10:00:00', '2024-01-01 10:05:00', null);
"""
SELECT_CALLS = (
    "select id as call_id, direction, started as started_at, ended as ended_at, "
    "held as hold_seconds from calls order by id"
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def _source(folder: Path, kind: str, **entry: object) -> Path:
    document = {"name": "s", "timezone": "Europe/Paris", "tables": {"calls": {kind: entry}}}
    return write(folder / "s", {"source.yml": yaml.safe_dump(document)})


def _sqlite(folder: Path, sql: str) -> None:
    (folder / "s").mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / "s" / "app.db")) as connection:
        connection.executescript(sql)


def _three_calls(warehouse: Warehouse, source: Path, file: str) -> None:
    (account,) = land(warehouse, [source])
    assert (account.file, account.read, account.inserted, account.rejected) == (file, 3, 2, 1)
    assert refused(warehouse) == [(2, "started_at", "not_a_timestamp")]
    assert query(
        warehouse,
        "select call_id, hour(started_at), hold_seconds, _file, _row from raw.calls order by 1",
    ) == [("1", 9, 7, file, 1), ("3", 9, None, file, 3)]
    (again,) = land(warehouse, [source])
    assert (again.unchanged, again.rejected) == (2, 1)


def test_sqlite(warehouse: Warehouse, tmp_path: Path) -> None:
    _sqlite(tmp_path, CALLS_SQL)
    source = _source(tmp_path, "sqlite", file="app.db", query=SELECT_CALLS)
    _three_calls(warehouse, source, "app.db")
    assert sorted(path.name for path in source.iterdir()) == ["app.db", "source.yml"]
    assert list(warehouse.folder.glob(".landing-*")) == []


def test_what_sqlite_holds_against_its_types_is_judged_as_any_text(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    held = "select 4, 'inbound', '2024-01-01 10:00:00', '2024-01-01 10:05:00'"
    _sqlite(
        tmp_path,
        f"{CALLS_SQL} delete from calls; insert into calls {held}, 'a while';"
        f"insert into calls {held.replace('4', '5', 1)}, 2.5;"
        f"insert into calls {held.replace('4', '6', 1)}, 3.0;",
    )
    land(warehouse, [_source(tmp_path, "sqlite", file="app.db", query=SELECT_CALLS)])
    assert refused(warehouse) == [
        (1, "hold_seconds", "not_an_integer"),
        (2, "hold_seconds", "not_an_integer"),
    ]
    assert query(warehouse, "select call_id, hold_seconds from raw.calls") == [("6", 3)]


def test_what_stands_in_a_write_ahead_log_lands(warehouse: Warehouse, tmp_path: Path) -> None:
    """An application that is running has committed rows beside the file, not in it."""
    _sqlite(tmp_path, "pragma journal_mode = wal;")
    with closing(sqlite3.connect(tmp_path / "s" / "app.db")) as running:
        running.executescript(CALLS_SQL)
        assert (tmp_path / "s" / "app.db-wal").stat().st_size > 0
        source = _source(tmp_path, "sqlite", file="app.db", query=SELECT_CALLS)
        _three_calls(warehouse, source, "app.db")


def test_duckdb(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    with duckdb.connect(tmp_path / "s" / "app.duckdb") as connection:
        connection.execute(CALLS_SQL)
        connection.execute("create schema sales; create table sales.calls as from calls limit 0")
        connection.execute("insert into sales.calls from main.calls")
        connection.execute(
            "force checkpoint; set threads = 2; insert into calls by name "
            "select 99 as id, null as direction"
        )
        connection.execute("delete from calls where id = 99")
        source = _source(
            tmp_path,
            "duckdb",
            file="app.duckdb",
            query=SELECT_CALLS.replace("from calls", "from sales.calls"),
        )
        _three_calls(warehouse, source, "app.duckdb")


@pytest.mark.parametrize(
    ("kind", "sql", "message"),
    [
        ("sqlite", "select * from nowhere", "may not read nowhere; it has calls, main.calls"),
        ("sqlite", "delete from calls", "is not one valid SELECT"),
        ("sqlite", "select * from read_text('/etc/passwd')", "may not use read_text"),
        ("sqlite", "select * from '/etc/passwd'", "may not read"),
        ("sqlite", "select * from sqlite_master", "may not read sqlite_master"),
        ("sqlite", "select * from duckdb_databases()", "may not use duckdb_databases"),
        ("sqlite", "select nothing from calls", "does not fit the database"),
        ("sqlite", "select cast(started as integer) as call_id from calls", "fails on the data"),
        ("duckdb", "select * from of_a_file", "fails on the data|does not fit"),
        ("duckdb", "select getenv('HOME') as call_id from calls", "may not use the function"),
    ],
)
def test_a_query_reads_its_database_alone(
    warehouse: Warehouse, tmp_path: Path, kind: str, sql: str, message: str
) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("call_id\n1\n", encoding="utf-8")
    if kind == "sqlite":
        _sqlite(tmp_path, CALLS_SQL)
    else:
        (tmp_path / "s").mkdir()
        with duckdb.connect(tmp_path / "s" / "app.db") as connection:
            connection.execute(CALLS_SQL)
            connection.execute(f"create view of_a_file as from read_csv('{outside}')")
    source = _source(tmp_path, kind, file="app.db", query=sql)
    with pytest.raises(InputError, match=message) as told:
        land(warehouse, [source])
    assert "2024" not in str(told.value)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"sqlite": {"query": "select 1"}}, "needs file"),
        ({"sqlite": {"file": "app.db"}}, "needs a query"),
        ({"sqlite": {"file": "../app.db", "query": "select 1"}}, "must lie within"),
        ({"sqlite": {"file": "none.db", "query": "select 1"}}, "no file matches"),
        ({"sqlite": {"file": "app.db", "query": "select 1", "user": "x"}}, "unknown key user"),
        ({"sqlite": {"file": "app.db", "query": "select 1"}}, "not a readable SQLite database"),
        ({"duckdb": {"file": "app.db", "query": "select 1"}}, "not a DuckDB database"),
        ({"duckdb": {"file": "app.db", "query": "select 1"}, "files": "app.db"}, "needs either"),
        ({"postgres": {"dsn_env": "NOT_SET", "query": "select 1"}}, "NOT_SET is not set"),
        ({"postgres": {"dsn_env": 1, "query": "select 1"}}, "name of an environment variable"),
    ],
)
def test_what_is_no_database_is_told(
    warehouse: Warehouse, tmp_path: Path, entry: dict[str, object], message: str
) -> None:
    document = {"name": "s", "tables": {"calls": entry}}
    write(tmp_path / "s", {"source.yml": yaml.safe_dump(document), "app.db": b"no database" * 99})
    with pytest.raises(InputError, match=message):
        land(warehouse, [tmp_path / "s"])


def test_a_database_that_leads_out_of_its_folder(warehouse: Warehouse, tmp_path: Path) -> None:
    _sqlite(tmp_path, CALLS_SQL)
    source = _source(tmp_path, "sqlite", file="app.db", query=SELECT_CALLS)
    (source / "app.db-wal").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="leads out of"):
        land(warehouse, [source])


def test_a_database_that_changes_is_refused(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sqlite(tmp_path, CALLS_SQL)
    source = _source(tmp_path, "sqlite", file="app.db", query=SELECT_CALLS)
    copy = landing_files.shutil.copyfile

    def copy_and_write(original: Path, target: Path) -> None:
        copy(original, target)
        original.with_name("app.db-wal").write_bytes(b"x")

    monkeypatch.setattr(landing_files.shutil, "copyfile", copy_and_write)
    with pytest.raises(InputError, match="changed while it was read"):
        land(warehouse, [source])


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with running_server() as server:
        execute(server, CALLS_SQL)
        yield server


def test_postgres(
    warehouse: Warehouse,
    tmp_path: Path,
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OUR_DSN", postgres.url())
    source = _source(tmp_path, "postgres", dsn_env="OUR_DSN", query=SELECT_CALLS)
    _three_calls(warehouse, source, "source.yml")
    found = b"".join(path.read_bytes() for path in warehouse.folder.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in found


def test_postgres_by_the_variables_of_libpq(
    warehouse: Warehouse,
    tmp_path: Path,
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (asdict(postgres) | {"host": "127.0.0.1"}).items():
        monkeypatch.setenv(f"PG{name.upper()}", str(value))
    _three_calls(warehouse, _source(tmp_path, "postgres", query=SELECT_CALLS), "source.yml")


@pytest.mark.parametrize(
    ("other", "sql", "message"),
    [
        ({"password": "no-" + PASSWORD}, SELECT_CALLS, "refuses the user or the password"),
        ({"port": 1}, SELECT_CALLS, "cannot be reached"),
        ({"database": "nowhere"}, SELECT_CALLS, "has no such database"),
        ({}, "select * from gone", "may not read gone; it has calls, public.calls"),
        ({}, "select * from pg_catalog.pg_authid", "may not read pg_catalog.pg_authid"),
        ({}, "insert into calls select * from calls", "is not one valid SELECT"),
        ({}, "from postgres_execute('source', 'drop table calls')", "may not use postgres_exec"),
    ],
)
def test_what_postgres_refuses_is_told_without_the_password(  # noqa: PLR0913, PLR0917
    warehouse: Warehouse,
    tmp_path: Path,
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
    other: dict[str, str | int],
    sql: str,
    message: str,
) -> None:
    monkeypatch.setenv("OUR_DSN", postgres.url(**other))
    source = _source(tmp_path, "postgres", dsn_env="OUR_DSN", query=sql)
    with pytest.raises(InputError, match=message) as told:
        land(warehouse, [source])
    assert PASSWORD not in str(told.value)
    assert told.value.__suppress_context__ or told.value.__context__ is None
    assert rejects(warehouse) == []
