"""Each rule of the contract on a row, by the row or second that a naive version gets wrong."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from landing_helpers import CALL, CALLS, land_files, query, refused, write
from service_kpis.errors import CheckFailedError
from service_kpis.landing import land, rejects
from service_kpis.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


def _source(timezone: str, extra: str = "") -> str:
    return f"name: s\ntimezone: {timezone}\ntables:\n  calls:\n    files: calls.csv\n{extra}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T10:00:00Z", datetime(2024, 1, 1, 10)),
        ("2024-01-01 10:00+01", datetime(2024, 1, 1, 9)),
        ("2024-01-01T10:00:00.5-0330", datetime(2024, 1, 1, 13, 30, 0, 500_000)),
        ("2024-01-01T10:00:00+01:00", datetime(2024, 1, 1, 9)),
        ("2024-01-01 10:00:00", datetime(2024, 1, 1, 9)),
        ("2024-07-01", datetime(2024, 6, 30, 22)),
        # The hour that occurs twice is the first one, to its last second.
        ("2024-10-27 02:00:00", datetime(2024, 10, 27, 0)),
        ("2024-10-27 02:59:59", datetime(2024, 10, 27, 0, 59, 59)),
        ("2024-10-27 03:00:00", datetime(2024, 10, 27, 2)),
        ("2024-03-31 01:59:59", datetime(2024, 3, 31, 0, 59, 59)),
        ("2024-03-31 03:00:00", datetime(2024, 3, 31, 1)),
        ("2024-03-31 02:00:00", "nonexistent_time"),
        ("2024-03-31 02:59:59", "nonexistent_time"),
        ("2024-03-31 02:30:00+01:00", datetime(2024, 3, 31, 1, 30)),
        ("2024-02-30 10:00:00", "not_a_timestamp"),
        ("31/01/2024 10:00", "not_a_timestamp"),
        ("2024-01-01+01", "not_a_timestamp"),
        ("2024-01-01 10:00:00 Europe/Paris", "not_a_timestamp"),
        ("infinity", "not_a_timestamp"),
        ("", "missing"),
    ],
)
def test_time_is_utc_or_refused(
    warehouse: Warehouse, tmp_path: Path, text: str, expected: datetime | str
) -> None:
    files = {
        "source.yml": _source("Europe/Paris"),
        "calls.csv": f"{CALLS}\n1,inbound,{text},2024-12-31 10:00:00\n",
    }
    land_files(warehouse, tmp_path / "s", files)
    if isinstance(expected, str):
        assert refused(warehouse) == [(1, "started_at", expected)]
    else:
        assert query(warehouse, "select started_at from raw.calls") == [(expected,)]


def test_first_instant_of_a_day_whose_midnight_was_skipped(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Beirut went from 00:00 to 01:00 on 2022-03-27: that day begins at 22:00 UTC."""
    files = {
        "source.yml": _source("Asia/Beirut"),
        "calls.csv": f"{CALLS}\n1,inbound,2022-03-27,2022-03-27 02:00:00\n",
    }
    land_files(warehouse, tmp_path / "s", files)
    assert query(warehouse, "select started_at from raw.calls") == [(datetime(2022, 3, 26, 22),)]


def test_clocks_are_mended_within_the_skew(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "call_id,direction,started_at,queued_at,answered_at,ended_at,hold_seconds"
    at = "2024-01-01 10:00:"
    rows = [
        f"five,inbound,{at}10,{at}05,{at}20,{at}40,0",
        f"six,inbound,{at}10,{at}04,{at}20,{at}40,0",
        f"gap,inbound,{at}10,,{at}06,{at}08,",
        f"chain,inbound,{at}10,{at}06,{at}04,{at}40,0",
        f"hold,inbound,{at}10,{at}10,{at}20,{at}40,21",
        f"held,inbound,{at}10,{at}10,{at}20,{at}40,20",
    ]
    land_files(warehouse, tmp_path / "s", {"calls.csv": "\n".join([header, *rows]) + "\n"})
    landed = query(
        warehouse,
        """
        select call_id, second(queued_at), second(answered_at), second(ended_at), hold_seconds
        from raw.calls
        order by _row
        """,
    )
    assert landed == [
        ("five", 10, 20, 40, 0),
        ("gap", None, 10, 10, None),
        ("hold", 10, 20, 40, 20),
        ("held", 10, 20, 40, 20),
    ]
    assert refused(warehouse) == [
        (2, "queued_at", "out_of_order"),
        (4, "answered_at", "out_of_order"),
    ]
    assert query(warehouse, "select column_name, repairs from raw.repairs order by all") == [
        ("answered_at", 1),
        ("ended_at", 1),
        ("hold_seconds", 1),
        ("queued_at", 1),
    ]


def test_duplicates_in_one_file(warehouse: Warehouse, tmp_path: Path) -> None:
    """Of A, A, B the first is a copy and the second refused; of C, C one lands."""
    rows = ["1,a", "1,a", "1,b", "2,c", "2,c"]
    lines = [f"{row.split(',')[0]},{CALL},{row.split(',')[1]}" for row in rows]
    content = "\n".join([f"{CALLS},reason", *lines]) + "\n"
    (account,) = land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert (account.inserted, account.unchanged, account.rejected) == (2, 2, 1)
    assert refused(warehouse) == [(2, "call_id", "duplicate_key")]
    assert query(warehouse, "select call_id, reason, _row from raw.calls order by 1") == [
        ("1", "b", 3),
        ("2", "c", 5),
    ]


def test_later_files_and_landings_win(warehouse: Warehouse, tmp_path: Path) -> None:
    header = f"{CALLS},reason\n"
    files = {
        "calls/b.csv": f"{header}1,{CALL},new\n3,{CALL},x\n",
        "calls/a.csv": f"{header}1,{CALL},old\n2,{CALL},y\n",
    }
    first = land_files(warehouse, tmp_path / "s", files)
    assert [(a.file, a.inserted, a.updated, a.unchanged) for a in first] == [
        ("calls/a.csv", 2, 0, 0),
        ("calls/b.csv", 1, 1, 0),
    ]
    assert query(warehouse, "select reason, _file from raw.calls where call_id = '1'") == [
        ("new", "calls/b.csv")
    ]
    (tmp_path / "s" / "calls" / "a.csv").unlink()
    (again,) = land_files(warehouse, tmp_path / "s", {"calls/b.csv": f"{header}1,{CALL},new\n"})
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 1)
    assert query(warehouse, "select count(*) from raw.calls") == [(3,)]


def test_replace_removes_what_is_missing_but_not_what_is_refused(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder, yml = tmp_path / "s", _source("UTC", "    mode: replace\n")
    land_files(
        warehouse,
        folder,
        {"source.yml": yml, "calls.csv": f"{CALLS}\n1,{CALL}\n2,{CALL}\n3,{CALL}\n"},
    )
    land_files(warehouse, folder, {"calls.csv": f"{CALLS}\n1,{CALL}\n2,inbond,2024-01-01,x\n"})
    assert query(warehouse, "select call_id from raw.calls order by 1") == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("direction", "Inbound", "not_in_list"),
        ("hold_seconds", "-1", "out_of_range"),
        ("hold_seconds", "1.5", "not_an_integer"),
        ("hold_seconds", "1_000", "not_an_integer"),
        ("transfers", "9223372036854775808", "not_an_integer"),
        ("is_resolved", "maybe", "not_a_boolean"),
        ("call_id", "   ", "missing"),
        ("case_closed_at", "2100-01-01", "in_the_future"),
    ],
)
def test_refused_values(
    warehouse: Warehouse, tmp_path: Path, column: str, value: str, code: str
) -> None:
    row = dict(zip(CALLS.split(","), f"1,{CALL}".split(","), strict=True)) | {column: value}
    content = f"{','.join(row)}\n{','.join(row.values())}\n"
    land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert refused(warehouse) == [(1, column, code)]
    (reject,) = rejects(warehouse)
    assert value.strip() in reject["row_json"]


@pytest.mark.parametrize(
    ("answer", "is_good"),
    [
        ("nps,10,", True),
        ("nps,0,", True),
        ("nps,11,", False),
        ("ces,6,", False),
        ("ces_v2,7,", True),
        ("csat,0,", False),
        ("csat,6,", False),
        ("csat,6,10", True),
    ],
)
def test_score_is_on_its_scale(
    warehouse: Warehouse, tmp_path: Path, answer: str, is_good: bool
) -> None:
    content = f"survey_id,kind,score,scale_max\n1,{answer}\n"
    land_files(warehouse, tmp_path / "s", {"surveys.csv": content})
    assert refused(warehouse) == ([] if is_good else [(1, "score", "out_of_range")])


def test_the_first_failing_column_in_contract_order(warehouse: Warehouse, tmp_path: Path) -> None:
    content = "ended_at,started_at,direction,call_id\nx,y,inbound,1\nx,y,inbond,\n"
    land_files(warehouse, tmp_path / "s", {"calls.csv": content})
    assert refused(warehouse) == [
        (1, "started_at", "not_a_timestamp"),
        (2, "call_id", "missing"),
    ]


def test_decimal_comma_knows_no_thousands(warehouse: Warehouse, tmp_path: Path) -> None:
    yml = (
        "name: s\ntables:\n  orders:\n    files: o.csv\n"
        "    options: {delim: ';', decimal: ',', date_format: '%d/%m/%Y', null: 'NULL'}\n"
    )
    content = (
        "order_id;customer_id;status;ordered_at;amount;currency\n"
        "1;c;placed;31/01/2024;1,5;NULL\n2;c;placed;31/01/2024;1.500;EUR\n"
        "3;c;placed;2024-01-31;1,5;EUR\n"
    )
    land_files(warehouse, tmp_path / "s", {"source.yml": yml, "o.csv": content})
    assert query(warehouse, "select ordered_at, amount, currency from raw.orders") == [
        (datetime(2024, 1, 31), 1.5, None)
    ]
    assert refused(warehouse) == [
        (2, "amount", "not_a_decimal"),
        (3, "ordered_at", "not_a_timestamp"),
    ]


def test_landing_again_changes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    """Two files that share a key land in turn each time; the key ends as it was."""
    header = f"{CALLS},reason\n"
    files: dict[str, str | bytes] = {
        "calls/a.csv": f"{header}1,{CALL},old\n2,{CALL},y\n",
        "calls/b.csv": f"{header}1,{CALL},new\n",
    }
    land_files(warehouse, tmp_path / "s", files)
    state = query(warehouse, "select * from raw.calls order by call_id")
    again = land_files(warehouse, tmp_path / "s", files)
    assert [(a.inserted, a.updated, a.unchanged) for a in again] == [(0, 0, 2), (0, 0, 1)]
    assert query(warehouse, "select * from raw.calls order by call_id") == state


def test_rejects_are_of_the_last_landing(warehouse: Warehouse, tmp_path: Path) -> None:
    """A file that is gone keeps its rows and rejects, but for `mode: replace`."""
    header = f"{CALLS}\n"
    yml = "name: s\ntables: {calls: {files: '*.csv', mode: upsert}}\n"
    files: dict[str, str | bytes] = {
        "source.yml": yml,
        "a.csv": f"{header}1,{CALL}\n,{CALL}\n",
        "b.csv": f"{header}2,{CALL}\n,{CALL}\n",
    }
    folder = tmp_path / "s"
    land_files(warehouse, folder, files)
    land_files(warehouse, folder, {"b.csv": f"{header}2,{CALL}\n"})
    assert [r["file_name"] for r in rejects(warehouse)] == ["a.csv"]
    (folder / "a.csv").unlink()
    land_files(warehouse, folder, {})
    assert [r["file_name"] for r in rejects(warehouse)] == ["a.csv"]
    land_files(warehouse, folder, {"source.yml": yml.replace("upsert", "replace")})
    assert rejects(warehouse) == []
    assert query(warehouse, "select call_id from raw.calls") == [("2",)]


def test_the_key_of_an_identifier_is_trimmed(warehouse: Warehouse, tmp_path: Path) -> None:
    content = (
        "kind,value,customer_id\nphone, +33123456789 ,c1\nphone,+33123456789,c1\nphone,  ,c2\n"
    )
    (account,) = land_files(warehouse, tmp_path / "s", {"customer_identifiers.csv": content})
    assert (account.inserted, account.unchanged, account.rejected) == (1, 1, 1)
    assert query(warehouse, "select value from raw.customer_identifiers") == [("+33123456789",)]


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris"])
@pytest.mark.parametrize(
    "moment",
    ["timestamp '294247-01-10 04:00:54.775806'", "date '5000000-01-01'", "'-infinity'::timestamp"],
)
def test_typed_times_beyond_all_clocks_refuse_their_row(
    warehouse: Warehouse, tmp_path: Path, timezone: str, moment: str
) -> None:
    folder = write(tmp_path / "s", {"source.yml": _source(timezone).replace("csv", "parquet")})
    duckdb.execute(
        f"""
        copy (
            select 1 as call_id, 'inbound' as direction, {moment} as started_at,
                   timestamp '2024-01-01 10:00:00' as ended_at
        ) to '{folder}/calls.parquet'
        """
    )
    land_files(warehouse, folder, {})
    assert refused(warehouse) == [(1, "started_at", "not_a_timestamp")]


def test_a_typed_day_is_finite(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = write(tmp_path / "s", {})
    duckdb.execute(
        f"copy (select 'a' as agent_id, 'infinity'::timestamp as started_on union all "
        f"select 'b', '2024-01-01 00:00:00') to '{folder}/agents.parquet'"
    )
    land_files(warehouse, folder, {})
    assert refused(warehouse) == [(1, "started_on", "not_a_date")]
    assert query(warehouse, "select cast(started_on as varchar) from raw.agents") == [
        ("2024-01-01",)
    ]


def test_a_dry_run_on_nothing_writes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    (account,) = land_files(
        warehouse, tmp_path / "s", {"calls.csv": f"{CALLS}\n1,{CALL}\n"}, dry_run=True
    )
    assert account.inserted == 1
    assert not warehouse.folder.exists()


def test_strict_and_dry_run_leave_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"calls.csv": f"{CALLS}\n1,{CALL}\n2,inbond,x,y\n"}
    with pytest.raises(CheckFailedError, match="1 row is refused"):
        land_files(warehouse, tmp_path / "s", files, strict=True)
    assert query(warehouse, "select count(*) from raw.calls") == [(0,)]
    (account,) = land(warehouse, [tmp_path / "s"], dry_run=True)
    assert (account.inserted, account.rejected) == (1, 1)
    assert query(warehouse, "select count(*) from raw.calls") == [(0,)]
    assert rejects(warehouse) == []
