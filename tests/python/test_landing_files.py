"""Files as they come: every data row under its number, landed or refused, none lost or padded."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_helpers import CALL, CALLS, land_files, query, refused, write
from service_kpis.errors import InputError
from service_kpis.landing import files as landing_files
from service_kpis.landing import init, land, read_csv, rejects
from service_kpis.landing.options import Options
from service_kpis.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def _read(content: bytes, tmp_path: Path, is_fast: bool, options: Options) -> object:
    path = tmp_path / "copy.csv"
    path.write_bytes(content)
    layout = read_csv.layout_of(path, "f.csv", options)
    file = read_csv._CsvFile(path, "f.csv", options.encoding, layout)
    with duckdb.connect() as connection:
        bad: tuple[landing_files.BadRow, ...] = ()
        if is_fast:
            counted = read_csv._read_by_duckdb(connection, file, "t")
            if counted is None:
                return None
            read = counted.records
            if not counted.has_outer_blanks:
                assert not _with_outer_blanks(connection)
        else:
            bad, read = read_csv._read_by_python(connection, file, "t")
        return connection.execute("select * from t order by _row").fetchall(), bad, read


def _with_outer_blanks(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Give the fields of `t` that trimming would change, by Python's own words for blanks."""
    rows = connection.execute("select * exclude (_row) from t").fetchall()
    return [field for row in rows for field in row if field and field != field.strip(" \t\n\r\xa0")]


_fields = st.text(alphabet=st.sampled_from('ab1 ,"\n\r\t;é\xa0\\'), max_size=4)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.lists(_fields, min_size=2, max_size=3), max_size=5),
    is_quoted=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_both_readers_give_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    is_quoted: bool,
    ending: str,
) -> None:
    """Where DuckDB reads a file at all, Python's careful way refuses nothing and gives the same."""

    def shown(field: str) -> str:
        return '"' + field.replace('"', '""') + '"' if is_quoted else field

    lines = ["x,y", *(",".join(shown(field) for field in row) for row in rows)]
    content = (ending.join(lines) + ending).encode()
    folder = tmp_path_factory.mktemp("both")
    try:
        fast = _read(content, folder, True, Options(delim=","))
    except InputError:
        return
    if fast is not None:
        assert fast == _read(content, folder, False, Options(delim=","))


def test_the_fast_reader_reads_plain_files(tmp_path: Path) -> None:
    content = b'x,y\r\n1,"a ""b"", c"\r\n\r\n2,"two\r\nlines"\r\n3,'
    assert _read(content, tmp_path, True, Options()) == (
        [("1", 'a "b", c', 1), ("2", "two\r\nlines", 2), ("3", None, 3)],
        (),
        3,
    )


def test_rows_of_wrong_width_are_refused_under_their_number(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    content = f"\ufeff{CALLS}\r\n\r\n1,{CALL}\r\n2,inbound\r\n3,{CALL},x\r\n \t \r\n4,{CALL}"
    (account,) = land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert (account.read, account.inserted, account.rejected) == (4, 2, 2)
    assert refused(warehouse) == [(2, None, "wrong_field_count"), (3, None, "wrong_field_count")]
    assert query(warehouse, "select call_id, _row from raw.calls order by 2") == [
        ("1", 1),
        ("4", 4),
    ]


def test_every_line_that_a_quote_swallows_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    swallowed = [f'2,"{CALL}', *(f"{number},{CALL}" for number in range(3, 3000))]
    content = "\n".join([CALLS, f"1,{CALL}", *swallowed]) + "\n"
    (account,) = land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert (account.read, account.inserted, account.rejected) == (2999, 1, 2998)
    assert [json.loads(reject["row_json"])["line"] for reject in rejects(warehouse)] == swallowed


def test_undecodable_bytes_refuse_their_row(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = f"{CALLS},reason\n1,{CALL},ok\n2,{CALL},caf".encode() + b"\xe9\n3,"
    content = rows + f"{CALL},nul".encode() + b"\0\n4," + f"{CALL},é\n".encode()
    land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert refused(warehouse) == [(2, None, "undecodable"), (3, None, "undecodable")]
    assert "caf\\xe9" in json.loads(rejects(warehouse)[0]["row_json"])["line"]
    assert query(warehouse, "select call_id, reason from raw.calls order by 1") == [
        ("1", "ok"),
        ("4", "é"),
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8"])
def test_encodings(warehouse: Warehouse, tmp_path: Path, encoding: str) -> None:
    yml = f"name: s\ntables:\n  calls:\n    files: c.csv\n    options: {{encoding: {encoding}}}\n"
    content = f"{CALLS};reason\n1;{CALL};é\n".replace(",", ";").encode(encoding)
    land_files(warehouse, tmp_path / "s", {"source.yml": yml, "c.csv": content})
    assert query(warehouse, "select reason from raw.calls") == [("é",)]


def test_a_byte_order_mark_is_no_data(warehouse: Warehouse, tmp_path: Path) -> None:
    options = "{header: false, names: [agent_id, team]}"
    yml = f"name: s\ntables: {{agents: {{files: a.csv, options: {options}}}}}"
    files: dict[str, str | bytes] = {"source.yml": yml, "a.csv": "\ufeffa,x\nb,y\n"}
    land_files(warehouse, tmp_path / "s", files)
    assert query(warehouse, "select agent_id from raw.agents order by _row") == [("a",), ("b",)]


def test_json_lines_are_typed_by_json_alone(warehouse: Warehouse, tmp_path: Path) -> None:
    lines = [
        '{"call_id": "007", "direction": "inbound", "started_at": "2024-01-01T10:00:00",'
        ' "ended_at": "2024-01-01T10:01:00", "hold_seconds": 3, "is_resolved": false}',
        "",
        "not json",
        '["no object"]',
        '{"call_id": 8, "direction": "inbound", "started_at": "2024-01-01T10:00:00",'
        ' "ended_at": "2024-01-01T10:01:00"}',
    ]
    (account,) = land_files(warehouse, tmp_path / "s", {"calls.jsonl": "\n".join(lines)})
    assert (account.read, account.inserted) == (4, 2)
    assert refused(warehouse) == [(2, None, "not_json"), (3, None, "not_json")]
    assert query(warehouse, "select call_id, hold_seconds, is_resolved, _row from raw.calls") == [
        ("007", 3, False, 1),
        ("8", None, None, 4),
    ]


def test_parquet_keeps_its_types(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    duckdb.execute(
        f"""
        copy (
            select 1.0::double as call_id, 'inbound' as direction,
                   timestamptz '2024-01-01 10:00:00+01' as started_at,
                   timestamp '2024-01-01 10:00:00' as ended_at
        ) to '{folder}/calls.parquet'
        """
    )
    land_files(warehouse, folder, {})
    assert query(
        warehouse, "select call_id, hour(started_at), hour(ended_at), _row from raw.calls"
    ) == [("1", 9, 10, 1)]


def test_whole_numbers_of_json_may_be_wide(warehouse: Warehouse, tmp_path: Path) -> None:
    rest = '"direction": "inbound", "started_at": "2024-01-01", "ended_at": "2024-01-01"'
    lines = [f'{{"call_id": {number}, {rest}}}' for number in (-5, 18446744073709551615)]
    land_files(warehouse, tmp_path / "s", {"calls.jsonl": "\n".join(lines)})
    assert query(warehouse, "select call_id from raw.calls order by _row") == [
        ("-5",),
        ("18446744073709551615",),
    ]


@pytest.mark.parametrize("folder", ["plain", "year=2024", "[1]*", "l'été"])
def test_parquet_is_known_by_nothing_but_its_content(tmp_path: Path, folder: str) -> None:
    warehouse = Warehouse(tmp_path / folder)
    source = write(tmp_path / "s", {})
    duckdb.execute(
        f"copy (select 'a' as agent_id, 1 as file_row_number, 2 as _row) "
        f"to '{source}/agents.parquet'"
    )
    land_files(warehouse, source, {})
    assert query(warehouse, "select agent_id, _row from raw.agents") == [("a", 1)]


def test_gzip_by_its_bytes(warehouse: Warehouse, tmp_path: Path) -> None:
    packed = gzip.compress(f"{CALLS}\n1,{CALL}\n".encode())
    land_files(warehouse, tmp_path / "s", {"calls.csv.gz": packed})
    assert query(warehouse, "select count(*) from raw.calls") == [(1,)]
    for bad in (packed[:-12], b"call_id\n1\n"):
        with pytest.raises(InputError, match="gzip"):
            land_files(warehouse, tmp_path / "s", {"calls.csv.gz": bad})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("calls.csv", b"", "is empty"),
        ("calls.parquet", b"no parquet", "not a readable Parquet"),
        ("calls.jsonl", b"no json\n", "not JSON Lines"),
        ("calls.xlsx", b"no xlsx", "not a readable xlsx"),
        ("calls.csv", b"call_id,direction\n1,inbound\n", "no column started_at"),
        ("calls.csv", CALLS.encode() + b",num\xe9ro\n", "is not text in utf-8"),
        ("calls.csv", f"{CALLS}\n1,{CALL}\n".encode("utf-16"), "is not text in utf-8"),
        ("calls.csv", b"PAR1\x15\x04\x15\x00\n", "is not text in utf-8"),
        ("calls.jsonl", b"\n", "not JSON Lines"),
        ("calls.jsonl", b'[{"call_id": 1}]', "not JSON Lines"),
    ],
)
def test_refused_files_land_nothing(
    warehouse: Warehouse, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        land_files(warehouse, tmp_path / "s", {name: content, "agents.csv": "agent_id\n1\n"})
    assert query(warehouse, "select count(*) from raw.agents") == [(0,)]


def test_a_file_that_changes_is_refused(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "s", {"calls.csv": f"{CALLS}\n1,{CALL}\n"})
    copy = landing_files.shutil.copyfile

    def copy_and_append(source: Path, target: Path) -> None:
        copy(source, target)
        with source.open("a") as file:
            file.write(f"2,{CALL}\n")

    monkeypatch.setattr(landing_files.shutil, "copyfile", copy_and_append)
    with pytest.raises(InputError, match="changed while it was read"):
        land(warehouse, [folder])


def test_a_value_within_a_json_object_is_its_characters(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    yml = (
        "name: s\ntables: {orders: {files: o.jsonl, columns: {order_id: id, customer_id: who.ref, "
        "status: state, ordered_at: times.ordered, amount: sums.total}}}\n"
    )
    line = (
        '{"id": "1", "who": {"ref": "C062"}, "state": "placed", '
        '"times": {"ordered": "2025-01-01T00:00:00Z"}, "sums": {"total": 12.5}}\n'
    )
    land_files(warehouse, tmp_path / "s", {"source.yml": yml, "o.jsonl": line})
    assert query(
        warehouse, "select customer_id, ordered_at, cast(amount as double) from raw.orders"
    ) == [("C062", datetime(2025, 1, 1), 12.5)]
    assert refused(warehouse) == []


def test_two_files_of_one_table_make_a_list_of_mappings(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("customers_north.csv", "customers_south.csv")]
    for file in files:
        file.write_text("customer_id,segment\n1,gold\n", encoding="utf-8")
    mappings = yaml.safe_load(init(files))["tables"]["customers"]
    assert [mapping["files"] for mapping in mappings] == [file.name for file in files]
    assert all("customer_id" in mapping["columns"]["customer_id"] for mapping in mappings)


def test_rows_of_a_large_file_keep_their_numbers(warehouse: Warehouse, tmp_path: Path) -> None:
    """Several threads read it; and a column may bear the name that DuckDB has for a row's place."""
    lines = [f"a{number},Ada,team,{number}" for number in range(1, 300_001)]
    content = "\n".join(["agent_id,agent_name,team,rowid", *lines]) + "\n"
    definition = "tables: {agents: {files: agents.csv, columns: {team: rowid}}}\n"
    land_files(warehouse, tmp_path / "s", {"agents.csv": content, "source.yml": definition})
    found = query(
        warehouse,
        "select count(*), count(*) filter (agent_id = 'a' || _row and team = cast(_row as varchar))"
        " from raw.agents",
    )
    assert found == [(300_000, 300_000)]
