"""Canaries stay inside: nothing that a run leaves for others, prints or logs tells of a person."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from canaries import ANNE, BOB, CARL, canaries, land_canaries, leaks, write_canaries
from landing_helpers import CALL, CALLS, query, write
from service_kpis.command import trace
from service_kpis.errors import without_values
from service_kpis.landing import land
from service_kpis.warehouse import Warehouse
from torture import little

EVERYBODY = canaries(ANNE, BOB, CARL)
_CLI = "import sys; from service_kpis.cli import main; sys.exit(main())"
_HEADERLESS = f"K-ANNE-7301,+33639981122,anne.kanari@example.com\n1,{CALL}\n"

# Texts that are a program elsewhere: in SQL, HTML, a spreadsheet, a terminal, a path.
ODD = (
    "'; drop table raw.calls; --",
    '"; select 1 --',
    "{{ ref('x') }} {% raw %}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=cmd|'/C calc'!A0",
    '+HYPERLINK("http://x","y")',
    "@SUM(1)",
    "-1+1",
    "\u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
    "$(touch x) `touch x` ${x}",
    "../../etc/passwd",
    "%s %d {0} {x}",
    "a" * 100_000,
)


def _run(warehouse: Path, *arguments: object) -> tuple[int, str]:
    """Run a command in a process of its own; gives its exit code and all that it printed."""
    finished = subprocess.run(
        [sys.executable, "-c", _CLI, *map(str, arguments)],
        env=os.environ | {"SERVICE_KPIS_WAREHOUSE": str(warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


@pytest.mark.parametrize(
    "source",
    [
        {"calls.csv": _HEADERLESS},
        {"calls.csv": f"{CALLS},K-ANNE-7301 0639981122\n1,{CALL},x\n"},
        {"source.yml": "name: s\ntables: {calls: {files: c.csv}}", "c.csv": _HEADERLESS},
        {
            "source.yml": "name: s\ntables: {calls: {files: c.csv, columns: {call_id: nix}}}",
            "c.csv": _HEADERLESS,
        },
        {
            "source.yml": "name: s\ntables:\n  calls:\n    relations: {log: {files: c.csv}}\n"
            "    query: select cast(call_id as int) as call_id from log\n",
            "c.csv": "call_id\nanne.kanari@example.com\n",
        },
        {"calls.jsonl": '{"call_id": "anne.kanari@example.com", '},
        {"calls.parquet": "anne.kanari@example.com"},
        {"calls.xlsx": "anne.kanari@example.com"},
    ],
)
def test_no_command_tells_a_value(tmp_path: Path, source: dict[str, str | bytes]) -> None:
    folder = write(tmp_path / "s", source)
    code, told = _run(tmp_path / "w", "land", folder, "--debug")
    assert [each for each in EVERYBODY if each.lower() in told.lower()] == []
    assert code in (0, 2)


def test_only_rejects_shows_values(tmp_path: Path) -> None:
    warehouse = tmp_path / "w"
    sources = write_canaries(tmp_path / "sources")
    printed = [
        _run(warehouse, "land", *sources),
        _run(warehouse, "land", *sources, "--strict", "--debug"),
        _run(warehouse, "status"),
        _run(warehouse, "publish", "--debug"),
        _run(warehouse, "rejects", "--json"),
        _run(warehouse, "remove", "shop"),
        _run(warehouse, "forget", "K-ANNE-7301 ", "--debug"),
        _run(warehouse, "forget", "K-ANNE-7301", "--json"),
    ]
    assert [code for code, _ in printed] == [0, 1, 0, 1, 0, 0, 0, 0]
    assert [each for each in EVERYBODY for _, told in printed if each.lower() in told.lower()] == []
    for path in warehouse.rglob("*"):
        if path.is_file() and not path.name.startswith("build.duckdb"):
            content = path.read_text(encoding="utf-8", errors="replace").lower()
            assert [each for each in EVERYBODY if each.lower() in content] == []


def test_a_traceback_has_no_words_of_the_data() -> None:
    try:
        try:
            int("anne.kanari@example.com")
        except ValueError as error:
            raise KeyError("+33639981122") from error
    except KeyError as error:
        told = trace(error)
    assert "ValueError" in told and "KeyError" in told and __file__ in told
    lines = [line for line in told.splitlines() if not line.startswith("    ")]
    assert not any(each in line for each in EVERYBODY for line in lines)


def test_a_model_that_fails_on_a_value_does_not_log_it(tmp_path: Path) -> None:
    checkout = little.make(tmp_path / "checkout")
    model = (
        "{{ config(schema='marts', materialized='table') }} "
        "select cast(caller_number as integer) as number from {{ source('raw', 'calls') }}"
    )
    write(checkout / "models", {"fct_failing.sql": model})
    calls = f"{CALLS},caller_number\n1,{CALL},anne.kanari@example.com\n"
    source = write(tmp_path / "s", {"calls.csv": calls})
    run = little.start(checkout, tmp_path / "w", "run", source)
    _, told = run.communicate()
    assert run.returncode == 1 and "The model fct_failing failed" in told
    log = (tmp_path / "w" / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "Conversion Error: Could not convert string …" in log
    others = [path for path in (tmp_path / "w").rglob("*") if path.is_file()]
    assert len(others) > 5
    for path in others:
        assert path.name == "build.duckdb" or b"anne.kanari" not in path.read_bytes(), path
    assert "anne.kanari" not in told


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select cast('Anne' as int)", "Conversion Error: Could not convert string …"),
        ("select strptime('Anne', '%Y')", "Invalid Input Error: Could not parse string …"),
        ("select 33639981122::int", "Conversion Error: Type INT64 with value …"),
        ("insert into t values ('Anne'), ('Anne')", "Constraint Error: "),
        ("insert into t values (null)", "Constraint Error: NOT NULL constraint failed: t.a …"),
        ("select b from t", 'Binder Error: Referenced column "b" not found in FROM clause!'),
    ],
)
def test_the_words_of_an_error_end_before_a_value(sql: str, told: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t (a text primary key)")
        with pytest.raises(duckdb.Error) as raised:
            connection.execute(sql).fetchall()
    words = without_values(raised.value)
    assert words.startswith(told)
    assert "Anne" not in words and "33639981122" not in words


def test_odd_texts_are_data(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*CALLS.split(","), "caller_number", "client", "reason", "transfers"])
    for number, odd in enumerate(ODD):
        writer.writerow([f"{number}{odd}", *CALL.split(","), odd, odd, odd, ""])
        writer.writerow([f"{number}{odd}", *CALL.split(","), odd, odd, odd, odd])
    folder = write(tmp_path / "o'dd; drop", {"calls/=cmd'; --.csv": text.getvalue()})
    with warehouse.locked():
        (account,) = land(warehouse, [folder])
    assert (account.inserted, account.rejected) == (len(ODD), len(ODD))
    landed = "select caller_number, client, reason from raw.calls order by _row"
    assert query(warehouse, landed) == [(odd, odd, odd) for odd in ODD]
    code, told = _run(warehouse.folder, "rejects", "--csv")
    assert code == 0
    csv.field_size_limit(1 << 20)
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [json.loads(row["row_json"])["client"] for row in rows[:-1]] == [*ODD[:-1]]
    assert [re.sub(r"^'(?=[=+@-])", "", row["value"]) for row in rows] == [*ODD]
    # What a spreadsheet would run stands behind a quote, within its cell.
    assert not [value for row in rows for value in row.values() if value[:1] in {*"=+-@"}]


def test_leaks_are_found_by_their_own_test(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")
    land_canaries(warehouse, tmp_path / "sources")
    assert leaks(warehouse.folder, EVERYBODY)
