"""The whole way on one small source, as a user's first run and a machine's."""

import base64
import gzip
import json

import duckdb
import pyarrow.parquet as pq
import pytest

from command_line import service_kpis

# Three calls offered on one day, one of them hung up in the queue: 2 of 3 answered.
CALLS = """call_id,direction,caller_number,started_at,queued_at,answered_at,ended_at,remark
1,inbound,0123456789,2025-01-06 09:00,2025-01-06 09:00,2025-01-06 09:00:10,2025-01-06 09:05,Bob
2,inbound,0123456780,2025-01-06 10:00,2025-01-06 10:00,2025-01-06 10:00:30,2025-01-06 10:05,
3,inbound,+33 1 23 45 67 81,2025-01-06 11:00,2025-01-06 11:00,,2025-01-06 11:02,bob@example.org
"""
OF_PEOPLE = (b"123456789", b"123456780", b"1 23 45 67 81", b"123456781", b"bob@example.org")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "telephony").mkdir()
    (folder / "telephony" / "calls.csv").write_text(CALLS, encoding="utf-8")
    given = "{answer_threshold_seconds: 15, reporting_timezone: UTC}"
    code, told = service_kpis(folder / "w", "run", folder / "telephony", "--vars", given)
    assert (code, told["error"]) == (0, None)
    return folder / "w", told


def test_run_tells_what_it_did(ran):
    warehouse, told = ran
    assert [each["inserted"] for each in told["sources"]] == [3]
    assert told["build"]["as_of"] == "2025-01-06T11:02:00Z"
    assert told["build"]["vars"]["answer_threshold_seconds"] == 15
    assert told["build"]["vars"]["service_level_formula"] == "offered"
    assert [check for check in told["checks"] if check["severity"] == "error"]
    assert all(check["passed"] for check in told["checks"])
    assert told["published"]["path"] == str(warehouse / "service_kpis.duckdb")
    assert told["report"] == str(warehouse / "report" / "index.html")
    assert (warehouse / "data_docs" / "index.html").exists()


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


def test_calls_alone_publish_the_kpis_of_the_telephone_and_no_other(ran):
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        keys = connection.execute("select distinct kpi_key from marts.kpi_values").fetchall()
        theme = "select kpi_key from marts.kpi_catalogue where theme = 'telephone'"
        assert sorted(keys) == sorted(connection.execute(theme).fetchall())


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


def test_no_byte_of_a_caller_is_in_what_the_run_left(ran):
    folder, told = ran
    private = {folder / "build.duckdb", folder / "service_kpis.key"}
    left = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {"logs", ".dbt", "data_docs", "report"} <= {
        path.relative_to(folder).parts[0] for path in left
    }
    left[folder / "stdout"] = json.dumps(told).encode()
    # The page carries its figures packed, where a search for bytes would see none of them; after
    # them stand the scripts, the same in every report.
    index = folder / "report" / "index.html"
    left[index], rest = left[index].split(b'id="payload">')
    left[folder / "figures of the report"] = gzip.decompress(base64.b64decode(rest.split(b"<")[0]))
    found = {
        str(path): canary
        for path, content in left.items()
        for canary in OF_PEOPLE
        if path not in private and canary in content
    }
    assert found == {}


def test_no_text_in_the_published_file_is_a_callers(ran):
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        texts = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'marts' and data_type = 'VARCHAR' and not internal"
        ).fetchall()
        found = [
            (table, column)
            for table, column in texts
            for canary in OF_PEOPLE
            if connection.execute(
                f'select count(*) from marts."{table}" where contains("{column}", ?)',
                [canary.decode()],
            ).fetchone()
            != (0,)
        ]
    assert len(texts) > 100
    assert found == []


def test_parquet_holds_every_table_as_published_and_no_byte_of_a_caller(ran, tmp_path):
    code, told = service_kpis(ran[0], "publish", "--parquet", tmp_path / "out")
    assert (code, told["published"]["id"]) == (0, ran[1]["published"]["id"])
    with duckdb.connect(ran[0] / "service_kpis.duckdb", read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
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
            as_published = connection.execute(f"from marts.{table}").fetchall()
            assert connection.execute(f"from '{file}'").fetchall() == as_published
            arrow = [tuple(row.values()) for row in pq.read_table(file).to_pylist()]
            assert arrow == as_published
            content = file.read_bytes() + repr(arrow).encode()
            assert [canary for canary in OF_PEOPLE if canary in content] == []
    assert len(tables) > 100


def test_the_published_file_names_the_dbt_run_that_built_it(ran):
    folder, told = ran
    log = (folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert f"| {told['published']['id']} ===" in log
    with duckdb.connect(folder / "build.duckdb", read_only=True) as connection:
        stamp = connection.execute("from intermediate.latest_dbt_run").fetchall()
    assert stamp == [(told["published"]["id"],)]


def test_status_repeats_it(ran):
    code, told = service_kpis(ran[0], "status")
    assert code == 0
    # The time may be later: what is published again bears a new one.
    assert told["published"] == ran[1]["published"] | {"at": told["published"]["at"]}
    assert told["build"] == ran[1]["build"]
    assert told["checks"] == []
