"""`land --to` brings raw tables to other engines, `--parties-only` makes people known there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from landing_helpers import land_files, query, write
from postgres_server import Server, execute, running_server
from service_kpis import cli
from service_kpis.command import invoke
from service_kpis.engines import DuckLake
from service_kpis.engines.tables import connect
from service_kpis.warehouse import Warehouse

CALLS = "call_id,direction,customer_id,caller_number,agent_id,started_at,ended_at"
TIMES = "2024-01-01 10:00:00,2024-01-01 10:05:00"
FILES: dict[str, str | bytes] = {
    "calls.csv": f"{CALLS}\n"
    f"1,inbound,,01 23 45 67 89,ag1,{TIMES}\n"  # Ada's number, in national form
    f"2,inbound,,+33123456789,,{TIMES}\n"  # the same
    f"3,inbound,,4711,,{TIMES}\n"  # an extension
    f"4,inbound,,anonymous,ag1,{TIMES}\n"  # nobody
    f"5,inbound,bob,+33611111111,,{TIMES}\n",
    "customer_identifiers.csv": "kind,value,customer_id\n"
    "phone,0123456789,ada\n"
    "email,ada@example.org,ada\n",
}
KNOWN = [  # kind, identifier, normalised, customer_id, caller_key
    ("agent", "ag1", "ag1", None, "ag1"),
    ("customer", "ada", "ada", "ada", "ada"),
    ("customer", "bob", "bob", "bob", "bob"),
    ("phone", "+33123456789", "33123456789", "ada", "ada"),
    ("phone", "+33611111111", "33611111111", None, "33611111111"),
    ("phone", "01 23 45 67 89", "33123456789", "ada", "ada"),
    ("phone", "0123456789", "33123456789", "ada", "ada"),
    ("phone", "4711", "4711", None, "4711"),
]
PEOPLE = "select kind, identifier, normalised, customer_id, caller_key, caller_hash from"
IN_ORDER = 'order by kind, identifier collate "C"'


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def postgres(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An empty database of its own, which target postgres leads to."""
    execute(server, "create database of_a_test")
    for name, value in {
        "HOST": "127.0.0.1",
        "PORT": str(server.port),
        "USER": server.user,
        "PASSWORD": server.password,
        "DATABASE": "of_a_test",
    }.items():
        monkeypatch.setenv(f"SERVICE_KPIS_POSTGRES_{name}", value)
    yield Server(port=server.port, database="of_a_test")
    execute(server, "drop database of_a_test with (force)")


def _tell(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, *arguments: object
) -> tuple[int, dict[str, Any]]:
    code = invoke(cli.app, [*map(str, arguments), "--warehouse", str(warehouse.folder), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert isinstance(told, dict)
    assert told["exit_code"] == code
    return code, told


def _rows(server: Server, sql: str) -> list[tuple[Any, ...]]:
    with psycopg2.connect(server.url()) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchall()
    connection.close()
    return found


def test_what_landed_is_on_postgres(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, postgres: Server, tmp_path: Path
) -> None:
    """A later landing brings what changed and what went; a view of the user's stays."""
    source = write(tmp_path / "s", FILES)
    code, told = _tell(capsys, warehouse, "land", source, "--to", "postgres")
    assert code == 0
    assert told["brought"]["target"] == "postgres"
    assert told["brought"]["tables"]["calls"] == 5
    assert told["sources"][0]["inserted"] == 5
    execute(postgres, "create view ours as select call_id, agent_id from raw.calls")
    people = _rows(postgres, f"{PEOPLE} raw.parties {IN_ORDER}")
    assert [row[:-1] for row in people] == KNOWN
    assert people == query(warehouse, f"{PEOPLE} raw.parties order by kind, identifier")

    write(tmp_path / "s", {"calls.csv": f"{CALLS}\n1,inbound,,4711,ag2,{TIMES}\n"})
    assert _tell(capsys, warehouse, "land", source, "--to", "postgres")[0] == 0
    code, told = _tell(capsys, warehouse, "land", "--to", "postgres")
    assert (code, told["sources"]) == (0, None)
    agents = [("1", "ag2"), ("2", None), ("3", None), ("4", "ag1"), ("5", None)]
    assert _rows(postgres, "select * from ours order by call_id") == agents


def test_people_of_a_loader_are_known_on_postgres(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, postgres: Server, tmp_path: Path
) -> None:
    """They get the rows that landing gives them, with the same key; who went is gone next time."""
    land_files(warehouse, tmp_path / "crm", FILES)
    landed = query(warehouse, f"{PEOPLE} raw.parties order by kind, identifier")
    assert [row[:-1] for row in landed] == KNOWN
    for statement in (
        "create schema loaded",
        "create table loaded.calls (_source text, _landed_at timestamp, call_id text, "
        "customer_id text, caller_number text, agent_id text)",
        "insert into loaded.calls values "
        "('crm', now(), '1', null, '01 23 45 67 89', 'ag1'), "
        "('crm', now(), '2', null, '+33123456789', null), "
        "('crm', now(), '3', null, '4711', null), "
        "('crm', now(), '4', null, 'anonymous', 'ag1'), "
        "('crm', now(), '5', 'bob', '+33611111111', null)",
        "create view loaded.customer_identifiers as select 'crm' as _source, "
        "now()::timestamp as _landed_at, kind, value, 'ada' as customer_id "
        "from (values ('phone', '0123456789'), ('email', 'ada@example.org')) as v (kind, value)",
    ):
        execute(postgres, statement)
    land = ("land", "--to", "postgres", "--parties-only", "--vars", "{raw_schema: loaded}")
    for _ in range(2):
        code, told = _tell(capsys, warehouse, *land)
        assert (code, told["brought"]) == (0, {"target": "postgres", "tables": {"parties": 8}})
        assert _rows(postgres, f"{PEOPLE} loaded.parties {IN_ORDER}") == landed
    execute(postgres, "delete from loaded.calls where call_id > '3'")
    assert _tell(capsys, warehouse, *land)[0] == 0
    left = [row for row in KNOWN if row[1] not in ("bob", "+33611111111")]
    assert [row[:-1] for row in _rows(postgres, f"{PEOPLE} loaded.parties {IN_ORDER}")] == left

    code, told = _tell(capsys, Warehouse(tmp_path / "another"), *land)
    assert code == 2
    assert "key" in told["error"]
    assert "--rotate-key" in told["error"]

    execute(postgres, "alter table loaded.calls drop column caller_number")
    code, told = _tell(capsys, warehouse, *land)
    assert code == 2
    assert "calls there has no column caller_number" in told["error"]


def test_people_of_parquet_are_known(
    capsys: pytest.CaptureFixture[str],
    warehouse: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A national number is of the country that --vars say; files of a loader are not added to."""
    folder = tmp_path / "lake"
    monkeypatch.setenv("SERVICE_KPIS_SPARK_RAW", str(folder))
    (folder / "calls").mkdir(parents=True)
    (folder / "calls" / "_SUCCESS").touch()
    duckdb.execute(
        "copy (select '2024' as year, 'pbx' as _source, null as customer_id, null as agent_id, "
        "unnest(['012 34 56 78', '+32 12 34 56 78']) as caller_number, now() as _landed_at) "
        f"to '{folder / 'calls'}' (format parquet, partition_by (year), append)"
    )
    land = ("land", "--to", "spark")
    code, told = _tell(
        capsys, warehouse, *land, "--parties-only", "--vars", "{default_country: BE}"
    )
    assert (code, told["error"]) == (0, None)
    keys = duckdb.sql(f"select distinct caller_key from '{folder / 'parties' / '*.parquet'}'")
    assert keys.fetchall() == [("3212345678",)]
    code, told = _tell(capsys, warehouse, *land, write(tmp_path / "s", FILES))
    assert code == 2
    assert "files that are not ours" in told["error"]


def test_a_lake_gets_its_people_too(
    capsys: pytest.CaptureFixture[str],
    warehouse: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its catalogue may be a file, for one writer; people are the same whoever makes them known."""
    catalogue = str(tmp_path / "catalogue.ducklake")
    monkeypatch.setenv("SERVICE_KPIS_DUCKLAKE_CATALOG", catalogue)
    monkeypatch.setenv("SERVICE_KPIS_DUCKLAKE_FOLDER", str(tmp_path / "files"))
    source = write(tmp_path / "s", FILES)
    for arguments in ([source], [], ["--parties-only"]):
        code, told = _tell(capsys, warehouse, "land", *arguments, "--to", "ducklake")
        assert (code, told["error"]) == (0, None)
        with connect() as connection:
            lake = DuckLake(f"ducklake:{catalogue}", str(tmp_path / "files"))
            lake.open(connection)
            people = lake.relation(connection, "raw", "parties")
            found = connection.execute(f"{PEOPLE} {people} order by kind, identifier").fetchall()
        assert found == query(warehouse, f"{PEOPLE} raw.parties order by kind, identifier")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Name a SOURCE"),
        (["--parties-only"], "say which with --to TARGET"),
        (["--to", "postgres", "--dry-run"], "--dry-run lands nothing that --to could bring"),
        (["--to", "postgres", "--strict"], "--strict acts when a source lands"),
        (["--to", "postgres", "--parties-only", "--strict"], "so --strict means nothing with it"),
        (["--to", "postgres", "--parties-only", "s"], "so SOURCE means nothing with it"),
        (
            ["--to", "postgres", "--parties-only", "--vars", "{fcr_window_days: 3}"],
            "takes default_country and raw_schema",
        ),
        (["--to", "elsewhere"], "no target elsewhere. Raw tables go to ducklake, postgres, spark."),
        (["--to", "dev"], "The target dev is a warehouse"),
        (["--to", "spark"], "Set SERVICE_KPIS_SPARK_RAW"),
        (["--to", "ducklake"], "Set SERVICE_KPIS_DUCKLAKE_CATALOG"),
        (["--to", "postgres"], "The Postgres server cannot be reached"),
    ],
)
def test_what_says_nothing_is_refused(
    capsys: pytest.CaptureFixture[str],
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.setenv("SERVICE_KPIS_POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("SERVICE_KPIS_POSTGRES_PORT", "1")
    monkeypatch.setenv("SERVICE_KPIS_POSTGRES_PASSWORD", "pass-of-bob")
    code, outcome = _tell(capsys, warehouse, "land", *arguments)
    assert code == 2
    assert told in outcome["error"]
    assert "pass-of-bob" not in outcome["error"]
    assert not warehouse.build.exists()


def test_nothing_lands_where_its_target_cannot_be_reached(
    capsys: pytest.CaptureFixture[str],
    warehouse: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that the same command can be given again; a warehouse without rows brings none."""
    monkeypatch.setenv("SERVICE_KPIS_SPARK_RAW", str(tmp_path / "file" / "raw"))
    (tmp_path / "file").touch()
    code, told = _tell(capsys, warehouse, "land", write(tmp_path / "s", FILES), "--to", "spark")
    assert code == 2
    assert "cannot be made" in told["error"]
    assert not warehouse.build.exists()
    (tmp_path / "file").unlink()
    code, told = _tell(capsys, warehouse, "land", "--to", "spark")
    assert code == 2
    assert told["error"].startswith("Nothing is landed")


def test_a_missing_extension_is_named(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_KPIS_POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setattr("service_kpis.extensions.importlib.util.find_spec", lambda _: None)
    code, told = _tell(capsys, warehouse, "land", "--to", "postgres")
    assert code == 4
    assert "duckdb-extension-postgres-scanner" in told["error"]
