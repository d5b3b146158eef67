"""Files that try to lose a row, or to break the landing: each row ends where it must, once."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from random import Random

import openpyxl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_helpers import CALL, CALLS, land_files, query, refused, write
from service_kpis.errors import InputError, MachineError
from service_kpis.landing import land, rejects, stage
from service_kpis.landing import upsert as landing_upsert
from service_kpis.warehouse import Warehouse
from torture import files, landing_kills
from torture.odd_files import odd_file


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


@settings(max_examples=3)
@given(random=st.randoms(use_true_random=False))
def test_every_row_of_odd_files_ends_where_it_must(
    tmp_path_factory: pytest.TempPathFactory, random: Random
) -> None:
    drawn = [odd_file(random, number) for number in range(8)]
    found = files.differences(tmp_path_factory.mktemp("odd"), drawn)
    assert not any(found.values()), found


def test_a_killed_landing_leaves_one_state_or_the_other() -> None:
    for trial in landing_kills.trials({"LANDING_KILLS": 1}, seed=1):
        assert trial.held, trial.detail


@pytest.mark.parametrize("lost", ["judged", "rejected", "written"])
def test_an_account_that_does_not_balance_lands_nothing(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Each is a defect made on purpose: a row is lost, and the account must know it."""
    folder = write(tmp_path / "s", {"calls.csv": f"{CALLS}\n1,{CALL}\n2,{CALL}\n3,soon\n"})
    if lost == "judged":
        judge = stage.judge

        def judge_and_lose(connection: object, *others: object) -> object:
            problems = judge(connection, *others)  # type: ignore[arg-type]
            connection.execute("delete from _landing_valid_calls where _row = 2")  # type: ignore[attr-defined]
            return problems

        monkeypatch.setattr(stage, "judge", judge_and_lose)
    elif lost == "rejected":
        monkeypatch.setattr(stage, "write_bad_rows", lambda *_: None)
    else:
        insert = landing_upsert._insert

        def write_and_lose(connection: object, *others: object) -> None:
            insert(connection, *others)  # type: ignore[arg-type]
            connection.execute("delete from raw.calls where call_id = '2'")  # type: ignore[attr-defined]

        monkeypatch.setattr(landing_upsert, "_insert", write_and_lose)
    with pytest.raises(MachineError, match="defect of service-kpis"):
        land(warehouse, [folder])
    assert query(warehouse, "select count(*) from raw.calls") == [(0,)]
    assert query(warehouse, "select count(*) from raw.sources") == [(0,)]
    assert rejects(warehouse) == []


def test_an_open_quote_that_a_later_one_closes_hides_no_line(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """By its quotes alone this is one record of the right width, and line 3 would be a value."""
    lines = [f'2,inbound,"2024-01-01,{CALL}', '3,inbound,",2024-01-01 10:05:00"']
    content = "\n".join([CALLS, f"1,{CALL}", *lines, f"4,{CALL}"]) + "\n"
    (account,) = land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert (account.read, account.inserted, account.rejected) == (4, 2, 2)
    assert [json.loads(reject["row_json"])["line"] for reject in rejects(warehouse)] == lines


def test_a_huge_field_lands_or_is_refused(tmp_path: Path) -> None:
    """Beyond what DuckDB takes a line of CSV to have; `make torture` does it with 100 MB."""
    assert not files.huge_field(tmp_path, "csv", 5_000_000)


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"agent_id": ["a", "b"]}), out)
    return out.getvalue()


def _xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("agents.parquet", _parquet()[:-9], "not a readable Parquet"),
        ("agents.parquet", _parquet()[: len(_parquet()) // 2], "not a readable Parquet"),
        ("agents.parquet", b"", "not a readable Parquet"),
        ("agents.xlsx", _xlsx([["agent_id"], ["a"]])[:-50], "not a readable xlsx"),
        ("agents.xlsx", _xlsx([]), "is empty"),
        ("agents.xlsx", b"", "not a readable xlsx"),
        ("agents.jsonl", b"", "not JSON Lines"),
        ("agents.csv", b"\n \r\n", "is empty"),
        ("agents.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("agents.csv.gz", gzip.compress(b"agent_id,team\n" * 9999)[:-20], "broken or cut-off"),
        ("agents.jsonl.gz", gzip.compress(b'{"agent_id": 1}\n' * 9999)[:-20], "broken or cut-off"),
    ],
)
def test_a_cut_off_or_empty_file_lands_nothing(
    warehouse: Warehouse, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        land_files(warehouse, tmp_path / "s", {name: content, "products.csv": "product_id\n1\n"})
    assert query(warehouse, "select count(*) from raw.products") == [(0,)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("agents.csv", b"agent_id,team\n"),
        ("agents.csv", b"\xef\xbb\xbfagent_id,team"),
        ("agents.xlsx", _xlsx([["agent_id", "team"]])),
    ],
)
def test_a_header_alone_is_a_file_without_rows(
    warehouse: Warehouse, tmp_path: Path, name: str, content: bytes
) -> None:
    (account,) = land_files(warehouse, tmp_path / "s", {name: content})
    assert (account.read, account.inserted, refused(warehouse)) == (0, 0, [])
