"""Parquet beside the published file: the same figures and types, whole files, nothing else hurt."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from command_line import service_kpis
from service_kpis import parquet, publishing, state
from service_kpis.errors import InputError
from service_kpis.parquet import Written
from service_kpis.warehouse import Warehouse
from torture.hand_made import Quiet, build, built, make

# Every type that the marts have, with the values that a conversion through text or float loses.
OF_EVERY_TYPE = """
    create table marts.dim_days as select * from (values
        (date '2024-02-29', 9007199254740993::bigint, 0.1::double, 12.34567891::decimal(28, 8),
         1234567890123456789.00000001::decimal(38, 8), true, 'Änne "quoted", 1',
         timestamp '2025-03-30 01:30:00.123456'),
        (null, null, null, null, null, null, null, null)
    ) as rows (date_on, amount, ratio, price, total, is_open, name, ended_at)
"""
ROW = (
    date(2024, 2, 29),
    9007199254740993,
    0.1,
    Decimal("12.34567891"),
    Decimal("1234567890123456789.00000001"),
    True,
    'Änne "quoted", 1',
    datetime(2025, 3, 30, 1, 30, 0, 123456),  # in UTC, as `_at` of the marts
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = make(tmp_path / "w")
    with warehouse.connect() as connection:
        connection.execute(OF_EVERY_TYPE)
    built(warehouse, 1)
    return warehouse


def write(warehouse: Warehouse, folder: Path) -> Written:
    with warehouse.locked():
        parquet.prepare(folder)
        return parquet.write(publishing.publish(warehouse, Quiet()), folder, Quiet())


def drop(warehouse: Warehouse, table: str) -> None:
    with warehouse.connect() as connection:
        connection.execute(f"drop table marts.{table}")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_value_and_type_is_kept(warehouse: Warehouse, tmp_path: Path) -> None:
    write(warehouse, tmp_path / "out")
    file = tmp_path / "out" / "dim_days.parquet"
    nothing = (None,) * len(ROW)
    assert [tuple(row.values()) for row in pq.read_table(file).to_pylist()] == [ROW, nothing]
    assert pl.read_parquet(file).rows() == [ROW, nothing]
    with duckdb.connect() as connection:
        types = connection.sql(f"describe from '{file}'").fetchall()
        assert connection.sql(f"from '{file}'").fetchall() == [ROW, nothing]
    assert [kind for _, kind, *_ in types] == [
        *("DATE", "BIGINT", "DOUBLE", "DECIMAL(28,8)"),
        *("DECIMAL(38,8)", "BOOLEAN", "VARCHAR", "TIMESTAMP"),
    ]


def test_a_file_says_of_which_build_it_is(warehouse: Warehouse, tmp_path: Path) -> None:
    write(warehouse, tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        metadata = pq.read_metadata(path).metadata
        assert metadata[b"service_kpis_build_id"] == b"build 1"
        assert metadata[b"as_of"] == b"2025-01-31T18:00:00Z"


def test_only_our_files_of_tables_that_are_gone_are_removed(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = tmp_path / "it's [our] {own} *"
    write(warehouse, folder)
    (folder / "notes.txt").write_text("mine")
    (folder / "fct_budget.parquet").write_bytes(b"mine, and no Parquet")
    (folder / "folder.parquet").mkdir()
    pl.DataFrame({"mine": [1]}).write_parquet(folder / "dim_budget.parquet")
    others = {
        path: path.read_bytes() for path in (folder / "notes.txt", *folder.glob("*_budget.parquet"))
    }
    drop(warehouse, "dim_days")
    built(warehouse, 2)
    written = write(warehouse, folder)
    assert written == Written(folder, ["fct_calls", "kpi_values"], ["dim_days"])
    assert names(folder) == [
        *("dim_budget.parquet", "fct_budget.parquet", "fct_calls.parquet"),
        *("folder.parquet", "kpi_values.parquet", "notes.txt"),
    ]
    assert {path: path.read_bytes() for path in others} == others
    assert pl.read_parquet(folder / "kpi_values.parquet", glob=False)["value"].to_list() == [2]


def test_a_reader_keeps_the_file_that_it_opened(warehouse: Warehouse, tmp_path: Path) -> None:
    write(warehouse, tmp_path / "out")
    file = tmp_path / "out" / "kpi_values.parquet"
    with file.open("rb") as reader:
        built(warehouse, 2)
        write(warehouse, tmp_path / "out")
        assert pl.read_parquet(reader)["value"].to_list() == [1]
    assert pl.read_parquet(file)["value"].to_list() == [2]


def test_a_table_that_fails_leaves_every_file_as_it_was(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    write(warehouse, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    whole = parquet._write_table

    def fail_at_the_last(connection, table, draft, published):
        if table == "kpi_values":
            draft.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        whole(connection, table, draft, published)

    monkeypatch.setattr(parquet, "_write_table", fail_at_the_last)
    built(warehouse, 2)
    with pytest.raises(OSError, match="No space"):
        write(warehouse, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_a_killed_run_left_is_cleared_away(warehouse: Warehouse, tmp_path: Path) -> None:
    drafts = tmp_path / "out" / ".service_kpis.tmp"
    drafts.mkdir(parents=True)
    (drafts / "kpi_values.parquet").write_bytes(b"half")
    write(warehouse, tmp_path / "out")
    assert names(tmp_path / "out") == [
        *("dim_days.parquet", "fct_calls.parquet", "kpi_values.parquet")
    ]


def test_others_may_read_what_a_new_file_lets_them(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    write(warehouse, folder)
    (tmp_path / "new").touch()
    (tmp_path / "new_folder").mkdir()
    like = {
        True: (tmp_path / "new_folder").stat().st_mode,
        False: (tmp_path / "new").stat().st_mode,
    }
    for path in (folder.parent, folder, *folder.iterdir()):
        assert path.stat().st_mode == like[path.is_dir()], path


def test_a_file_of_somebody_else_with_our_name_is_not_replaced(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    pl.DataFrame({"mine": [1]}).write_parquet(folder / "kpi_values.parquet")
    before = (folder / "kpi_values.parquet").read_bytes()
    with pytest.raises(InputError, match=r"kpi_values\.parquet was not written by service-kpis"):
        write(warehouse, folder)
    assert names(folder) == ["kpi_values.parquet"]
    assert (folder / "kpi_values.parquet").read_bytes() == before


@pytest.mark.parametrize("given", ["file", "file/below", "/proc/none"])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, given: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match=str(tmp_path / given)):
        parquet.prepare(tmp_path / given)
    assert (tmp_path / "file").read_text() == "mine"


def test_nothing_is_published_where_the_folder_is_refused(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    code, told = service_kpis(warehouse.folder, "publish", "--parquet", tmp_path / "file")
    assert (code, told["published"], told.get("parquet")) == (2, None, None)
    assert not warehouse.published.exists()


def test_who_finds_the_warehouse_in_use_leaves_the_drafts_of_who_uses_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    draft = tmp_path / "out" / ".service_kpis.tmp" / "kpi_values.parquet"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"half")
    with warehouse.locked():
        code, _ = service_kpis(warehouse.folder, "publish", "--parquet", tmp_path / "out")
    assert (code, draft.read_bytes()) == (3, b"half")


def test_what_failed_a_check_is_neither_published_nor_written(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, told = service_kpis(warehouse.folder, "publish", "--parquet", out)
    assert (code, told["parquet"]) == (
        0,
        {"folder": str(out), "tables": ["dim_days", "fct_calls", "kpi_values"], "removed": []},
    )
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    state.update(warehouse, {"build": build("build 1", passed=False)})
    drop(warehouse, "dim_days")
    code, told = service_kpis(warehouse.folder, "publish", "--parquet", out)
    assert (code, told["published"]) == (1, None)
    assert "parquet" not in told
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
