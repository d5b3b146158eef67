"""Sources: what source.yml may say, what its expressions may do, and who the callers are."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

import duckdb
import pytest

from landing_helpers import CALL, CALLS, land_files, query, refused, write
from service_kpis.errors import InputError
from service_kpis.landing import FileAccount, init, known_sources, land, remove
from service_kpis.landing.numbers import normalise_number
from service_kpis.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


_OPTIONS = "name: s\ntables: {calls: {files: calls.csv, options: "
_QUERY = "name: s\ntables: {{calls: {{relations: {}, query: select 1}}}}\n"


def _yml(body: str) -> str:
    return f"name: s\ntables:\n  calls:\n    files: calls.csv\n{body}"


@pytest.mark.parametrize(
    "expression",
    [
        "1) from raw.calls where (1=1",
        "1), (2",
        "1; drop table raw.calls",
        "(select max(call_id) from raw.calls)",
        "(select content from read_text('/etc/passwd'))",
        "(select * from '/etc/passwd')",
        "current_setting('home_directory')",
        "getenv('HOME')",
        "getvariable('x')",
        "nextval('s')",
        "write_log('x')",
        "sleep_ms(10)",
        "json_serialize_plan('select 1')",
        # Not of its row alone, or of no row: their failure could not be told to one.
        "(select cast(call_id as integer))",
        "error('x')",
        "random()",
        "count(*)",
        "row_number() over ()",
        "unnest([1, 2])",
        "(select name from duckdb_settings())",
        "(select x from query('select 1 as x'))",
        "(select 1 from sqlite_master)",
        "1 /*",
        "*",
    ],
)
def test_an_expression_reaches_nothing_but_its_row(
    warehouse: Warehouse, tmp_path: Path, expression: str
) -> None:
    quoted = expression.replace("'", "''")
    files = {
        "source.yml": _yml(f"    columns: {{reason: '{quoted}'}}\n"),
        "calls.csv": f"{CALLS}\n1,{CALL}\n",
    }
    with pytest.raises(InputError, match="reason"):
        land_files(warehouse, tmp_path / "s", files)


def test_a_query_reaches_nothing_but_its_relations(warehouse: Warehouse, tmp_path: Path) -> None:
    for query_text in ("select * from raw.calls", "copy log to 'x'", "select 1; select 2"):
        yml = (
            "name: s\ntables:\n  calls:\n    relations: {log: {files: log.csv}}\n"
            f'    query: "{query_text}"\n'
        )
        with pytest.raises(InputError, match="query"):
            land_files(warehouse, tmp_path / "s", {"source.yml": yml, "log.csv": f"{CALLS}\n"})


def test_an_expression_that_fails_refuses_its_row(warehouse: Warehouse, tmp_path: Path) -> None:
    body = (
        "    columns: {transfers: 'cast(extra as integer) + cast(extra as integer)'}\n"
        "    where: \"call_id <> '4'\"\n"
    )
    rows = [f"1,{CALL},1", f"2,{CALL},x", f"3,{CALL},", f"4,{CALL},1", f",{CALL},1"]
    files = {"source.yml": _yml(body), "calls.csv": f"{CALLS},extra\n" + "\n".join(rows)}
    (account,) = land_files(warehouse, tmp_path / "s", files)
    assert (account.left_out, account.left_out_null) == (2, 1)
    assert refused(warehouse) == [(2, "transfers", "expression_failed")]
    assert query(warehouse, "select call_id, transfers from raw.calls order by 1") == [
        ("1", 2),
        ("3", None),
    ]


def test_unknown_column_names_those_of_the_file(warehouse: Warehouse, tmp_path: Path) -> None:
    files = {"source.yml": _yml("    columns: {reason: motif}\n"), "calls.csv": f"{CALLS},topic\n"}
    with pytest.raises(InputError, match=r"reason uses a column motif .* topic"):
        land_files(warehouse, tmp_path / "s", files)


@pytest.mark.parametrize(
    ("yml", "message"),
    [
        ("name: s\ntabels: {}\n", "unknown key tabels"),
        ("name: s s\ntables: {calls: {files: calls.csv}}\n", "letters, digits"),
        ("name: s\ntables: {phones: {files: calls.csv}}\n", "phones is no table"),
        ("name: s\ntables: {calls: {files: '../x/calls.csv'}}\n", "within"),
        ("name: s\ntables: {calls: {files: 'none/*.csv'}}\n", "no file matches"),
        ("name: s\ntables: {calls: {files: calls.csv, colums: {}}}\n", "unknown key colums"),
        ("name: s\ntables: {calls: {files: calls.csv, columns: {motif: x}}}\n", "no column motif"),
        ("name: s\ntimezone: Paris\ntables: {calls: {files: calls.csv}}\n", "timezone"),
        ("name: s\ndefault_country: NO\ntables: {calls: {files: calls.csv}}\n", "'NO'"),
        ("name: s\ntables: {calls: {postgres: {}}}\n", "needs a query"),
        ("name: s\ntables:\n  calls: {files: a}\n  calls: {files: b}\n", "line 4"),
        ("name: [\n", "not valid YAML"),
        ("[" * 20_000, "not valid YAML"),
        ("name: s\ntimezone: localtime\ntables: {calls: {files: calls.csv}}\n", "timezone"),
        ("name: s\ntables: {calls: {files: .}}\n", "no file matches|no valid pattern"),
        (_OPTIONS + "{encoding: rot13}}}\n", "encoding is not known"),
        (_OPTIONS + "{timestamp_format: '%Q'}}}\n", "timestamp_format must be a format"),
        (_OPTIONS + "{delim: ';', quote: ';'}}}\n", "delim must be another character"),
        (_OPTIONS + '{delim: "\\n"}}}\n', "one character"),
        (_QUERY.format("{a: {files: calls.csv}, A: {files: calls.csv}}"), "SQL knows no case"),
    ],
)
def test_a_wrong_source_yml_is_told(
    warehouse: Warehouse, tmp_path: Path, yml: str, message: str
) -> None:
    files = {"source.yml": yml, "calls.csv": f"{CALLS}\n1,{CALL}\n"}
    with pytest.raises(InputError, match=message):
        land_files(warehouse, tmp_path / "s", files)


def test_what_is_no_source(warehouse: Warehouse, tmp_path: Path) -> None:
    content = f"{CALLS}\n1,{CALL}\n"
    one = write(tmp_path / "a" / "s", {"calls.csv": content, "README.md": "#"})
    two = write(tmp_path / "b" / "s", {"calls.csv": content})
    with pytest.raises(InputError, match="Two sources bear the name s"):
        land(warehouse, [one, two])
    with pytest.raises(InputError, match="bare file"):
        land(warehouse, [one / "calls.csv"])
    with pytest.raises(InputError, match="call is no table"):
        land(warehouse, [write(tmp_path / "c", {"call.csv": content})])
    for target, message in ((two / "calls.csv", "leads out"), ("calls.csv", "leads nowhere")):
        (one / "calls.csv").unlink()
        (one / "calls.csv").symlink_to(target)
        with pytest.raises(InputError, match=message):
            land(warehouse, [one])
    odd = write(tmp_path / "odd" / "calls", {os.fsdecode(b"\xe9.csv"): content}).parent
    with pytest.raises(InputError, match=r"\\xe9\.csv: the name is no text"):
        land(warehouse, [odd])


def test_an_error_keeps_what_landed_before(warehouse: Warehouse, tmp_path: Path) -> None:
    good = write(tmp_path / "good", {"calls.csv": f"{CALLS}\n1,{CALL}\n"})
    bad = write(tmp_path / "bad", {"source.yml": "name: ["})
    later = write(tmp_path / "later", {"calls.csv": f"{CALLS}\n1,{CALL}\n"})
    landed: list[FileAccount] = []
    with pytest.raises(InputError):
        land(warehouse, [good, bad, later], landed=landed)
    assert [account.source for account in landed] == ["good"]
    assert [source.name for source in known_sources(warehouse)] == ["good"]


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        (["9", "10"], 2),
        (["2024-01-01T10:00:00+02:00", "2024-01-01T09:00:00Z"], 2),
        (["b", "a"], 1),
        (["1", ""], 1),
        (["1", "1"], 2),
    ],
)
def test_latest_by(warehouse: Warehouse, tmp_path: Path, versions: list[str], newest: int) -> None:
    rows = "".join(f"1,{CALL},{version}\n" for version in versions)
    files = {"source.yml": _yml("    latest_by: v\n"), "calls.csv": f"{CALLS},v\n{rows}"}
    (account,) = land_files(warehouse, tmp_path / "s", files)
    assert (account.inserted, account.left_out, account.rejected) == (1, 1, 0)
    assert query(warehouse, "select _row from raw.calls") == [(newest,)]


def test_a_query_over_relations(warehouse: Warehouse, tmp_path: Path) -> None:
    yml = (
        "name: s\ntables:\n  tickets:\n    relations: {log: {files: log.csv}}\n"
        '    query: "select number, min(seen) as opened, max_by(state, seen) as state from log'
        ' group by number order by number"\n'
        "    columns:\n      ticket_id: number\n      channel: \"'email'\"\n"
        "      created_at: opened\n      status: state\n"
    )
    rows = ["1,2024-01-01,new", "1,2024-01-02,closed", "2,2024-01-03,odd", "3,2024-01-03"]
    log = "\n".join(["number,seen,state", *rows])
    accounts = land_files(warehouse, tmp_path / "s", {"source.yml": yml, "log.csv": log})
    assert [(a.table, a.file, a.read, a.inserted, a.rejected, a.left_out) for a in accounts] == [
        ("tickets (relation log)", "log.csv", 4, 0, 1, 3),
        ("tickets", "source.yml", 2, 1, 1, 0),
    ]
    assert query(warehouse, "select ticket_id, status, _file, _row from raw.tickets") == [
        ("1", "closed", "source.yml", 1)
    ]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01 23 45 67 89", ("phone", "33123456789")),
        ("+33 1 23 45 67 89", ("phone", "33123456789")),
        ("0033123456789", ("phone", "33123456789")),
        (" 4711 ", ("text", "4711")),
        ("anonymous", None),
        ("Withheld", None),
        ("", None),
        ("sip:anna", None),
    ],
)
def test_normalised_numbers(number: str, expected: tuple[str, str] | None) -> None:
    assert normalise_number(number, "FR") == expected


def test_parties_follow_the_identifiers(warehouse: Warehouse, tmp_path: Path) -> None:
    header = f"{CALLS},caller_number,customer_id\n"
    calls = f"1,{CALL},01 23 45 67 89,\n2,{CALL},4711,4711\n3,{CALL},anonymous,\n"
    land_files(warehouse, tmp_path / "calls", {"calls.csv": header + calls})
    known = "select customer_id, caller_key, caller_hash from raw.parties where identifier = "
    ((_, before, hash_before),) = query(warehouse, f"{known}'01 23 45 67 89'")
    assert before == "33123456789"
    identifiers = "kind,value,customer_id\nphone,+33123456789,c1\n"
    land_files(warehouse, tmp_path / "crm", {"customer_identifiers.csv": identifiers})
    ((owner, key, hashed),) = query(warehouse, f"{known}'01 23 45 67 89'")
    assert (owner, key) == ("c1", "c1")
    assert [(hashed,)] == query(
        warehouse,
        "select caller_hash from raw.parties where kind = 'customer' and identifier = 'c1'",
    )
    # Extension 4711 is not customer 4711, and the withheld caller is nobody.
    assert query(
        warehouse,
        "select count(distinct caller_hash) from raw.parties where identifier = '4711'",
    ) == [(2,)]
    assert query(warehouse, "select count(*) from raw.parties") == [(5,)]
    remove(warehouse, "crm")
    assert query(warehouse, f"{known}'01 23 45 67 89'") == [(None, before, hash_before)]


def test_every_id_of_a_customer_or_agent_is_a_party(warehouse: Warehouse, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "calls.csv": f"{CALLS},customer_id,agent_id\n1,{CALL},c1,a1\n",
        "tickets.csv": "ticket_id,customer_id,agent_id,channel,status,created_at\n"
        "1,c2,a2,email,new,2024-01-01\n",
        "ticket_events.csv": "event_id,ticket_id,occurred_at,event,agent_id\n"
        "1,1,2024-01-01,closed,a3\n",
        "reviews.csv": "review_id,platform,posted_at,customer_id\n1,p,2024-01-01,c3\n",
        "orders.csv": "order_id,customer_id,status,ordered_at,amount\n1,c4,placed,2024-01-01,1\n",
        "subscriptions.csv": "subscription_id,term_number,customer_id,starts_on,ends_on\n"
        "1,1,c5,2024-01-01,2025-01-01\n",
        "surveys.csv": "survey_id,kind,customer_id,agent_id\n1,nps,c6,a4\n",
        "agents.csv": "agent_id\na5\n a1 \n",
        "agent_absences.csv": "agent_id,starts_on,ends_on\na6,2024-01-01,2024-01-02\n",
        "customers.csv": "customer_id\nc7\n",
        "customer_identifiers.csv": "kind,value,customer_id\nemail,x@example.org,c8\n",
    }
    land_files(warehouse, tmp_path / "s", files)
    known = "select identifier, caller_key, customer_id, source_name from raw.parties where kind = "
    customers = [f"c{number}" for number in range(1, 9)]
    agents = [f"a{number}" for number in range(1, 7)]
    assert query(warehouse, f"{known}'customer' order by 1") == [(c, c, c, None) for c in customers]
    assert query(warehouse, f"{known}'agent' order by 1") == [(a, a, None, None) for a in agents]
    key = bytes.fromhex(warehouse.key.read_text().strip())
    expected = hmac.digest(key, b"agent:a1", "sha256").hex()[:32]
    assert query(warehouse, "select caller_hash from raw.parties where identifier = 'a1'") == [
        (expected,)
    ]
    remove(warehouse, "s")
    assert query(warehouse, "select count(*) from raw.parties") == [(0,)]


def test_remove_takes_everything_of_a_source(warehouse: Warehouse, tmp_path: Path) -> None:
    land_files(warehouse, tmp_path / "s", {"calls.csv": f"{CALLS}\n1,{CALL}\n2,x,y,z\n"})
    with pytest.raises(InputError, match="It knows s"):
        remove(warehouse, "t")
    assert remove(warehouse, "s") == {"calls": 1}
    for table in ("calls", "rejects", "landings", "sources", "parties"):
        assert query(warehouse, f"select count(*) from raw.{table}") == [(0,)]


def test_real_data_replaces_the_sample(warehouse: Warehouse, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"calls.csv": f"{CALLS}\n1,{CALL}\n"}
    land_files(warehouse, tmp_path / "sample", files, is_sample=True)
    told: list[str] = []
    land_files(warehouse, tmp_path / "real", files, on_progress=told.append)
    assert [source.name for source in known_sources(warehouse)] == ["real"]
    assert any("sample data is removed" in line for line in told)


def test_the_key_is_private(warehouse: Warehouse, tmp_path: Path) -> None:
    land_files(warehouse, tmp_path / "s", {"calls.csv": f"{CALLS}\n1,{CALL}\n"})
    assert warehouse.key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(warehouse.key.read_text().strip())) == 32


def test_init_guesses_what_lands(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "s",
        {
            "anrufe.csv": "Call Id;Direction;Start Time;End Time;Agent\n".replace(";", ";")
            + "1;inbound;"
            "2024-01-01 10:00:00;2024-01-01 10:01:00;a\n"
        },
    )
    (folder / "source.yml").write_text(init([folder / "anrufe.csv"]))
    (account,) = land(warehouse, [folder])
    assert (account.table, account.inserted) == ("calls", 1)


def test_a_warehouse_of_an_earlier_contract_gets_the_new_columns(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Behind the others, whatever its place in the contract; values find it by name."""
    calls = f"{CALLS},reason,transfers,ticket_id\n"
    land_files(warehouse, tmp_path / "acme", {"calls.csv": f"{calls}1,{CALL},return,1,T1\n"})
    with duckdb.connect(warehouse.build) as connection:
        connection.execute("alter table raw.calls drop column reason")
    land_files(warehouse, tmp_path / "acme", {"calls.csv": f"{calls}2,{CALL},invoice,2,T2\n"})
    assert query(
        warehouse, "select call_id, reason, transfers, ticket_id, _row from raw.calls order by all"
    ) == [("1", None, 1, "T1", 1), ("2", "invoice", 2, "T2", 1)]
