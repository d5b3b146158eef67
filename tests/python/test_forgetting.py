"""Forgetting: no byte of the person stays, and nobody else loses anything."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canaries import (
    ANNE,
    BOB,
    CARL,
    IDENTIFIED,
    canaries,
    land_canaries,
    leaks,
    publish_canaries,
    write_canaries,
)
from landing_helpers import query, write
from service_kpis import publishing
from service_kpis.errors import InputError, WarehouseBusyError
from service_kpis.forgetting import forget
from service_kpis.landing import FileAccount, land, remove
from service_kpis.progress import Progress
from service_kpis.warehouse import Warehouse


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The canaries, landed, with a mart of every call and ticket, published twice."""
    folder = tmp_path_factory.mktemp("landed")
    warehouse = Warehouse(folder / "w")
    land_canaries(warehouse, folder / "sources")
    for build_id in ("first", "second"):
        publish_canaries(warehouse, build_id)
    _leave_traces(warehouse)
    return folder


def _leave_traces(warehouse: Warehouse) -> None:
    """What a careless tool might leave beside the tables."""
    write(
        warehouse.folder,
        {
            "logs/dbt.log": "one\ncould not read 'ANNE.kanari@example.com'\nthree\n",
            "report/index.html": "<p>K-ANNE-7301 &amp; +33639981122</p>",
            ".dbt/target/run_results.json": json.dumps({"message": "06 39 98 11 22"}),
            ".dbt/target/partial_parse.msgpack": b"\xff\x00anne.kanari@example.com",
            ".landing-x/calls.csv": "06 39 98 11 22",
        },
    )


@pytest.fixture
def warehouse(landed: Path, tmp_path: Path) -> Warehouse:
    shutil.copytree(landed / "w", tmp_path / "w")
    return Warehouse(tmp_path / "w")


def _forget(warehouse: Warehouse, given: str) -> Any:
    with warehouse.locked():
        return forget(warehouse, given, Progress())


def _partition(warehouse: Warehouse) -> dict[tuple[str, str], tuple[str, str] | None]:
    """Give each call the first call of the same caller: the KPIs know callers by nothing else."""
    first: dict[str, tuple[str, str]] = {}
    callers: dict[tuple[str, str], tuple[str, str] | None] = {}
    for source, call, known_as in query(warehouse, f"{IDENTIFIED} order by all"):
        callers[source, call] = known_as and first.setdefault(known_as, (source, call))
    return callers


def _counts(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    tables = ("calls", "tickets", "orders", "surveys", "reviews", "customers", "rejects")
    return query(warehouse, " union all ".join(f"select count(*) from raw.{t}" for t in tables))


@pytest.mark.parametrize(
    "given",
    [
        " K-ANNE-7301 ",
        "0033639981122",
        "+33 1 99 00 47 11",
        "ANNE.KANARI@example.com",
    ],
)
def test_whichever_identifier_is_given_no_byte_of_the_person_stays(
    warehouse: Warehouse, given: str
) -> None:
    callers, counts = _partition(warehouse), _counts(warehouse)
    assert leaks(warehouse.folder, canaries(ANNE))
    done = _forget(warehouse, given)
    assert leaks(warehouse.folder, canaries(ANNE)) == []
    assert _partition(warehouse) == callers
    assert _counts(warehouse) == counts
    assert (done.numbers, done.e_mails, done.customers) == (2, 1, 2)
    assert not any(path.name.startswith(".forget") for path in warehouse.folder.iterdir())


def test_nobody_else_loses_anything(warehouse: Warehouse) -> None:
    everybody_else = (
        "select * from raw.calls where call_id in ('8', '9', '10', '11', '12')",
        "select * from raw.customers where customer_id = 'K-BOB-8802'",
        "select * from raw.customer_identifiers where customer_id = 'K-BOB-8802'",
        "select * from raw.parties where customer_id = 'K-BOB-8802' and source_name = 'switch'",
        "select * from raw.parties where normalised = '493023125471'",
        "select * from raw.rejects where row_number = 15",
        "select * from raw.sources",
        "select * from raw.landings",
    )
    before = [query(warehouse, each) for each in everybody_else]
    assert all(before)
    done = _forget(warehouse, "K-ANNE-7301")
    assert [query(warehouse, each) for each in everybody_else] == before
    assert done.shared_numbers == 1


def test_one_token_stands_for_the_person(warehouse: Warehouse) -> None:
    _forget(warehouse, "K-ANNE-7301")
    ((token,),) = query(warehouse, "select customer_id from raw.orders where order_id = 'o1'")
    assert token.startswith("forgotten_")
    calls = query(
        warehouse,
        "select call_id, customer_id, caller_number from raw.calls "
        "where contains(customer_id || '', 'forgotten') or contains(caller_number, 'forgotten') "
        "order by call_id",
    )
    # The number of call 7 counts by itself in the KPIs, so its token is numbered.
    apart = next(number for call, _, number in calls if call == "7")
    assert apart.startswith(token) and apart != token
    assert calls == [
        ("1", None, token),
        ("2", None, token),
        ("3", token, token),
        ("4", token, apart),
        ("5", token, token),
        ("6", token, "anonymous"),
        ("7", None, apart),
    ]
    identifiers = query(
        warehouse,
        "select kind, value, customer_id from raw.customer_identifiers "
        "where customer_id <> 'K-BOB-8802' order by kind",
    )
    assert identifiers == [("email", token, token), ("phone", token, token)]


def test_a_caller_who_is_a_number_alone_is_forgotten_too(warehouse: Warehouse) -> None:
    callers = _partition(warehouse)
    done = _forget(warehouse, "+4930 23125471")
    assert (done.customers, done.numbers) == (0, 1)
    assert leaks(warehouse.folder, canaries(CARL)) == []
    assert _partition(warehouse) == callers


def test_two_people_are_forgotten_one_after_the_other(warehouse: Warehouse) -> None:
    callers = _partition(warehouse)
    _forget(warehouse, "K-ANNE-7301")
    _forget(warehouse, "bob.kanari@example.com")
    assert leaks(warehouse.folder, canaries(ANNE, BOB)) == []
    assert _partition(warehouse) == callers


def test_published_files_keep_their_kpis_and_their_notes(warehouse: Warehouse) -> None:
    files = [path for path in (warehouse.published, *warehouse.kept) if path.exists()]
    assert len(files) == 2

    def read(path: Path, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    said = [publishing.publication(path) for path in files]
    notes = "select table_name, column_name, comment from duckdb_columns() where not internal"
    kept = [(read(path, "from marts.kpi_values"), read(path, notes)) for path in files]
    hashes = {
        row[0]
        for row in query(
            warehouse, "select caller_hash from raw.parties where caller_key = 'K-ANNE-7301'"
        )
    }
    assert hashes
    published = [each[0] for each in read(warehouse.published, "select hash from marts.fct_calls")]
    assert hashes & {*published}
    _forget(warehouse, "K-ANNE-7301")
    assert [publishing.publication(path) for path in files] == said
    assert [(read(path, "from marts.kpi_values"), read(path, notes)) for path in files] == kept
    assert leaks(warehouse.folder, sorted(hashes)) == []
    after = [each[0] for each in read(warehouse.published, "select hash from marts.fct_calls")]
    assert [published.index(each) for each in published] == [after.index(each) for each in after]


def test_what_lands_again_of_the_person_stays_forgotten(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    callers, counts = _partition(warehouse), _counts(warehouse)
    _forget(warehouse, "K-ANNE-7301")
    everything = "select * exclude (_landed_at) from raw.{} order by all"
    tables = ("calls", "orders", "surveys", "customers", "customer_identifiers")
    before = [query(warehouse, everything.format(table)) for table in tables]
    parties = query(warehouse, "from raw.parties order by all")
    sources = write_canaries(tmp_path / "sources")
    with warehouse.locked():
        accounts = land(warehouse, sources)
    assert all(account.is_balanced for account in accounts)
    assert [(a.inserted, a.updated) for a in accounts] == [(0, 0)] * len(accounts)
    assert leaks(warehouse.folder, canaries(ANNE)) == []
    assert _partition(warehouse) == callers
    assert _counts(warehouse) == counts
    assert [query(warehouse, everything.format(table)) for table in tables] == before
    # Her claim on Bob's number is none any more; what else is known of people is the same.
    gone = {*parties} - {*query(warehouse, "from raw.parties")}
    assert [(row[1], row[4]) for row in gone] == [("shop", "K-BOB-8802")]
    with warehouse.locked():
        land(warehouse, sources)
    assert {*query(warehouse, "from raw.parties")} == {*parties} - gone


def test_an_empty_warehouse_that_knows_whom_it_forgot_keeps_them_forgotten(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    _forget(warehouse, "K-ANNE-7301")
    with warehouse.locked():
        remove(warehouse, "switch")
        remove(warehouse, "shop")
        land(warehouse, write_canaries(tmp_path / "sources"))
    with warehouse.connect() as connection:
        connection.execute("checkpoint")
    assert query(warehouse, "select count(*) from raw.calls where customer_id like 'K-ANNE%'") == [
        (0,)
    ]
    assert query(
        warehouse, "select count(*) from raw.rejects where row_json like '%Kanarí-Ζ%'"
    ) == [(0,)]


TELLING: dict[str, str | bytes] = {
    "source.yml": """name: telling
timezone: Europe/Paris
tables:
  calls: {files: "calls*.csv"}
  tickets: {files: "mail/*.jsonl", columns: {ticket_id: "_file || ':' || _row"}}
  ticket_events: {files: events.csv}
""",
    "calls_+33639981122.csv": "call_id,direction,caller_number,reason,callback_of,started_at"
    """,ended_at
+33639981122-1,inbound,06 39 98 11 22,"call 06.39.98.11.22, she says",,2025-01-06,2025-01-06
0033 (0)6 39 98 11 22/2,outbound,,,+33639981122-1,2025-01-06,2025-01-06
0639981122_3,inbound,,,,2025-01-06,2025-01-06
K-ANNE-7301-4,inbound,,for anne.kanari@example.com,,2025-01-06,2025-01-06
5,inbound,,,,not on a day,2025-01-06
""",
    "calls.csv": """call_id,direction,customer_id,started_at,ended_at
1,inbound,K-ANNE-7301,2025-01-06,2025-01-06
""",
    "mail/anne.kanari@example.com.jsonl": '{"channel": "email", "status": "open", '
    '"created_at": "2025-01-06"}\n',
    "events.csv": "event_id,ticket_id,occurred_at,event\n"
    "1,mail/anne.kanari@example.com.jsonl:1,2025-01-06,resolved\n",
}
"""Keys, names of files and other texts that are made of a person's number, address and id."""


def test_what_an_identifier_stands_in_goes_with_it_and_lands_again_as_itself(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    folder = write(tmp_path / "telling", TELLING)
    _land(warehouse, folder)
    referring = (
        "select count(*) from raw.calls as one join raw.calls as other "
        "on one.callback_of = other.call_id",
        "select count(*) from raw.ticket_events join raw.tickets using (ticket_id)",
    )
    before = [query(warehouse, sql) for sql in (*referring, "select count(*) from raw.calls")]
    assert before[:2] == [[(1,)], [(1,)]]
    _forget(warehouse, "K-ANNE-7301")
    assert leaks(warehouse.folder, canaries(ANNE)) == []
    calls = "select * exclude (_landed_at) from raw.calls order by all"
    kept = query(warehouse, calls)
    again = _land(warehouse, folder)
    assert [(a.inserted, a.updated) for a in again] == [(0, 0)] * len(again)
    assert query(warehouse, calls) == kept
    assert [query(warehouse, sql) for sql in (*referring, "select count(*) from raw.calls")] == (
        before
    )
    assert leaks(warehouse.folder, canaries(ANNE)) == []


def _land(warehouse: Warehouse, folder: Path) -> list[FileAccount]:
    with warehouse.locked():
        return land(warehouse, [folder])


@pytest.mark.parametrize("files_before_the_end", [0, 2])
def test_an_erasure_that_was_cut_short_is_finished_by_the_next(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, files_before_the_end: int
) -> None:
    module = sys.modules["service_kpis.forgetting.forget"]
    callers = _partition(warehouse)
    done: list[Path] = []

    def cut_short(path: Path, select: Any) -> None:
        if len(done) == files_before_the_end:
            raise KeyboardInterrupt
        done.append(path)
        rewritten(path, select)

    rewritten = module.rewrite
    monkeypatch.setattr(module, "rewrite", cut_short)
    with pytest.raises(KeyboardInterrupt):
        _forget(warehouse, "K-ANNE-7301")
    assert (warehouse.folder / ".forget.json").stat().st_mode & 0o077 == 0
    monkeypatch.setattr(module, "rewrite", rewritten)
    finished = _forget(warehouse, "06 39 98 11 22")
    assert (finished.customers, finished.was_forgotten) == (2, False)
    assert leaks(warehouse.folder, canaries(ANNE)) == []
    assert _partition(warehouse) == callers
    assert _forget(warehouse, "06 39 98 11 22").was_forgotten


@pytest.mark.parametrize("given", ["K-ANNE", "nobody@example.com", "+33 1 99 00 00 00", "' or 1=1"])
def test_who_is_not_known_is_not_forgotten(warehouse: Warehouse, given: str) -> None:
    content = warehouse.build.read_bytes()
    with pytest.raises(InputError, match="Nobody is known") as raised:
        _forget(warehouse, given)
    assert not given or given not in str(raised.value)
    assert len(warehouse.build.read_bytes()) == len(content)


def test_a_number_that_may_be_two_people_is_asked_back(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")
    calls = (
        "call_id,direction,caller_number,started_at,ended_at\n"
        "1,inbound,030 1234567,2025-01-06,2025-01-06\n"
    )
    folders = [
        write(
            tmp_path / country,
            {
                "calls.csv": calls,
                "source.yml": f"default_country: {country}\n"
                "tables: {calls: {files: calls.csv}}\n",
            },
        )
        for country in ("DE", "IT")
    ]
    with warehouse.locked():
        land(warehouse, folders)
    with pytest.raises(InputError, match="country code"):
        _forget(warehouse, "030 1234567")
    assert _forget(warehouse, "+49 30 1234567").numbers == 1
    assert query(warehouse, "select count(*) from raw.calls where caller_number like 'f%'") == [
        (1,)
    ]


def test_a_file_that_somebody_writes_to_is_told(warehouse: Warehouse) -> None:
    hold = (
        f"import duckdb, time; held = duckdb.connect({str(warehouse.published)!r}); "
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None and holder.stdout.readline()
        with pytest.raises(WarehouseBusyError):
            _forget(warehouse, "K-ANNE-7301")
    finally:
        holder.kill()
        holder.wait()
    _forget(warehouse, "K-ANNE-7301")
    assert leaks(warehouse.folder, canaries(ANNE)) == []
