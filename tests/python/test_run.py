"""The whole way, as a user's first run and a machine's, in a house of every table.

Every personal field and free text there is a canary, and what the run leaves is searched for them.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from canaries import ANNE, BOB, CARL, canaries, leaks
from canary_house import write_canary_house
from command_line import service_kpis
from landing_helpers import query
from report_payload import payload_of
from service_kpis import contract, publishing, state
from service_kpis.increment import plan
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse
from torture.hand_made import build, checks, dbt_ran

EVERYBODY = canaries(ANNE, BOB, CARL)
PRIVATE = ("build.duckdb", "service_kpis.key")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    sources = write_canary_house(folder)
    given = "{answer_threshold_seconds: 15, reporting_timezone: UTC}"
    command = Path(sys.executable).with_name("service-kpis")
    finished = subprocess.run(
        [command, "run", *sources, "--vars", given, "--json", "--warehouse", folder / "w"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SERVICE_KPIS_MEMORY_LIMIT": "2GB", "SERVICE_KPIS_THREADS": "2"},
    )
    told = json.loads(finished.stdout)
    assert (finished.returncode, told["error"]) == (0, None)
    (folder / "printed").write_text(finished.stdout + finished.stderr, encoding="utf-8")
    return folder / "w", told


def test_run_tells_what_it_did(ran):
    warehouse, told = ran
    calls, *others = told["sources"]
    assert (calls["read"], calls["inserted"], calls["rejected"]) == (4, 3, 1)
    assert {each["table"] for each in [calls, *others]} == {*contract.tables()}
    assert told["build"]["as_of"] == "2025-01-06T11:02:00Z"
    assert told["build"]["vars"]["answer_threshold_seconds"] == 15
    assert told["build"]["vars"]["service_level_formula"] == "offered"
    assert [check for check in told["checks"] if check["severity"] == "error"]
    failed = [check for check in told["checks"] if not check["passed"]]
    assert failed and {check["severity"] for check in failed} == {"warn"}
    assert told["published"]["path"] == str(warehouse / "service_kpis.duckdb")
    assert told["report"] == str(warehouse / "report" / "index.html")
    assert (warehouse / "data_docs" / "index.html").exists()
    machine = told["machine"]
    assert (machine["memory_limit_bytes"], machine["threads"]) == (2_000_000_000, 2)
    assert 100_000_000 < machine["peak_memory_bytes"] < 4_000_000_000


@pytest.mark.parametrize(
    ("kpi", "numerator", "denominator"), [("answer_rate", 2, 3), ("service_level", 1, 3)]
)
def test_published_kpis_are_those_of_the_vars(ran, kpi, numerator, denominator):
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        row = connection.execute(
            "select numerator, denominator, value from marts.kpi_values where kpi_key = ? "
            "and grain = 'day' and dimension = 'all'",
            [kpi],
        ).fetchone()
    assert row == (numerator, denominator, pytest.approx(numerator / denominator))


def test_every_theme_has_kpis(ran):
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        themes = connection.execute("select distinct theme from marts.kpi_catalogue").fetchall()
        found = connection.execute(
            "select distinct theme from marts.kpi_values join marts.kpi_catalogue using (kpi_key)"
        ).fetchall()
    assert sorted(found) == sorted(themes)


def test_published_file_holds_marts_alone(ran):
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_tables()").fetchall()
        undescribed = connection.execute(
            "select table_name from duckdb_tables() where comment is null"
        ).fetchall()
    assert schemas == [("marts",)]
    assert undescribed == []


def test_what_is_private_is_the_owners_alone_and_the_rest_is_read_by_others(ran):
    folder = ran[0]
    private = ["build.duckdb", "state.json", "service_kpis.key", "logs", ".dbt"]
    modes = {name: (folder / name).stat().st_mode for name in private}
    assert {name for name, mode in modes.items() if mode & 0o077} == set()
    shown = ["service_kpis.duckdb", "report", "report/index.html", "data_docs/index.html"]
    like_a_new_file = folder.parent / "new"
    like_a_new_file.touch()
    readers = like_a_new_file.stat().st_mode & 0o044
    assert {(folder / name).stat().st_mode & 0o044 for name in shown} == {readers}


def test_no_byte_of_a_person_is_in_what_the_run_left(ran, tmp_path):
    folder, _ = ran
    left = shutil.copytree(folder, tmp_path / "w", ignore=shutil.ignore_patterns(*PRIVATE))
    shutil.copy(folder.parent / "printed", left)
    parts = {path.relative_to(left).parts[0] for path in left.rglob("*") if path.is_file()}
    assert {"logs", ".dbt", "data_docs", "report", "service_kpis.duckdb", "state.json"} <= parts
    # The page carries its figures packed: a search for bytes would see none of them.
    carried = payload_of((left / "report" / "index.html").read_text(encoding="utf-8"))
    (left / "figures").write_text(json.dumps(carried, ensure_ascii=False), encoding="utf-8")
    assert leaks(left, EVERYBODY) == []
    # What is searched for was there to be found, in rows that landed and in rows that did not.
    inside = {found.rpartition(": ")[0] for found in leaks(folder, EVERYBODY)}
    assert {"build.duckdb raw.calls", "build.duckdb raw.rejects"} <= inside


def test_a_person_is_erased_from_what_the_run_left(ran, tmp_path):
    warehouse = Warehouse(shutil.copytree(ran[0], tmp_path / "w"))
    dbt_ran(warehouse, "second")
    state.update(warehouse, {"build": build("second"), "checks": checks("second")})
    with warehouse.locked():
        publishing.publish(warehouse, Progress())
    before = _everything(warehouse)
    assert len(before) == 3
    warehouse.report.write_text("packed figures, in which no search finds a name")
    code, told = service_kpis(warehouse.folder, "forget", "06 39 98 11 22")
    assert (code, told["error"]) == (0, None)
    assert told["report"] == str(warehouse.report)
    assert 'id="payload"' in warehouse.report.read_text(encoding="utf-8")
    assert leaks(warehouse.folder, canaries(ANNE)) == []
    assert _everything(warehouse) == before
    assert leaks(warehouse.folder, canaries(BOB))


def _everything(warehouse):
    """Give kpi_values of build.duckdb, of the published file and of the one kept before."""
    kpis = "from marts.kpi_values order by all"
    found = [query(warehouse, kpis)]
    for path in (warehouse.published, *filter(Path.exists, warehouse.kept)):
        with duckdb.connect(path, read_only=True) as connection:
            found.append(connection.execute(kpis).fetchall())
    return found


def test_parquet_holds_every_table_as_published_and_no_byte_of_a_person(ran, tmp_path):
    code, told = service_kpis(ran[0], "publish", "--parquet", tmp_path / "out")
    assert (code, told["published"]["id"]) == (0, ran[1]["published"]["id"])
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        tables = connection.execute("select table_name from information_schema.tables").fetchall()
        assert {f"{table}.parquet" for (table,) in tables} == {
            path.name for path in (tmp_path / "out").iterdir()
        }
        for (table,) in tables:
            file = tmp_path / "out" / f"{table}.parquet"
            types = [
                connection.execute(f"describe from {of}").fetchall()
                for of in (f"'{file}'", f"marts.{table}")
            ]
            assert [each[:2] for each in types[0]] == [each[:2] for each in types[1]]
            # A view has no order of its own.
            as_published = sorted(connection.execute(f"from marts.{table}").fetchall(), key=repr)
            in_parquet = connection.execute(f"from '{file}'").fetchall()
            assert sorted(in_parquet, key=repr) == as_published
            arrow = [tuple(row.values()) for row in pq.read_table(file).to_pylist()]
            assert sorted(arrow, key=repr) == as_published
            content = file.read_bytes() + repr(arrow).encode()
            assert [canary for canary in EVERYBODY if canary.encode() in content] == []
    assert len(tables) > 100


def test_the_published_file_names_the_dbt_run_that_built_it(ran):
    folder, told = ran
    log = (folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert f"| {told['published']['id']} ===" in log
    with duckdb.connect(folder / "build.duckdb", read_only=True) as connection:
        stamp = connection.execute("from intermediate.latest_dbt_run").fetchall()
    assert stamp == [(told["published"]["id"],)]


def test_the_next_build_goes_on_from_it(ran, tmp_path):
    warehouse = Warehouse(tmp_path / "w")
    warehouse.folder.mkdir()
    for path in (ran[0] / "build.duckdb", ran[0] / "state.json"):
        shutil.copy(path, warehouse.folder)
    with warehouse.connect() as connection:
        planned = plan.make_plan(warehouse, connection, state.read(warehouse)["vars"])
    assert (planned.reason, planned.touched) == (None, 0)


def test_status_repeats_it(ran):
    code, told = service_kpis(ran[0], "status")
    assert code == 0
    # The time may be later: what is published again bears a new one.
    assert told["published"] == ran[1]["published"] | {"at": told["published"]["at"]}
    assert told["build"] == ran[1]["build"]
    assert told["checks"] == [check for check in ran[1]["checks"] if not check["passed"]]
