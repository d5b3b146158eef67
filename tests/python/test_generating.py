"""The sample data: the same for the same arguments, within the contract, and made by causes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import phonenumbers
import pytest
import yaml

from service_kpis import contract
from service_kpis.errors import InputError
from service_kpis.generating import generate

DUCKDB_TYPES = {
    "text": "varchar",
    "timestamp": "timestamp",
    "date": "date",
    "integer": "bigint",
    "decimal": "decimal(14, 2)",
    "boolean": "boolean",
}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def connect(folder: Path, file_format: str = "csv") -> duckdb.DuckDBPyConnection:
    """Read a sample with DuckDB alone, by the contract's types; a cast that fails raises."""
    connection = duckdb.connect()
    for table in contract.tables().values():
        path = folder / f"{table.name}.{file_format}"
        types = ", ".join(f"'{c.name}': '{DUCKDB_TYPES[c.data_type]}'" for c in table.columns)
        reader = (
            f"read_csv('{path}', header = true, auto_detect = false, columns = {{{types}}}, "
            "nullstr = '')"
            if file_format == "csv"
            else f"read_parquet('{path}')"
        )
        connection.execute(f"create table {table.name} as select * from {reader}")
    return connection


def value(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    row = connection.execute(query).fetchone()
    assert row is not None
    return float(row[0])


@pytest.fixture(scope="module")
def year_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("year") / "sample")


@pytest.fixture(scope="module")
def year(year_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(year_folder) as connection:
        yield connection


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_same_arguments_give_same_bytes(tmp_path: Path, file_format: str) -> None:
    first, second, other = (
        digests(
            generate(tmp_path / name, days=20, calls_per_day=30, seed=seed, file_format=file_format)  # type: ignore[arg-type]
        )
        for name, seed in (("first", 1), ("second", 1), ("other", 2))
    )
    assert first == second
    same = {name for name in first if first[name] == other[name]}
    assert not same, f"another seed gave the same {same}"


def test_both_formats_hold_the_same_rows(tmp_path: Path) -> None:
    csv = generate(tmp_path / "csv", days=20, calls_per_day=30)
    parquet = generate(tmp_path / "parquet", days=20, calls_per_day=30, file_format="parquet")
    with connect(csv) as left, connect(parquet, "parquet") as right:
        for table in contract.tables():
            query = f"select * from {table} order by all"
            assert left.execute(query).fetchall() == right.execute(query).fetchall(), table


@pytest.mark.parametrize(("days", "calls_per_day"), [(1, 200), (7, 5), (3, 1), (1, 0), (40, 0)])
@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_any_size_gives_all_tables(
    tmp_path: Path, days: int, calls_per_day: int, file_format: str
) -> None:
    folder = generate(
        tmp_path / "sample",
        days=days,
        calls_per_day=calls_per_day,
        file_format=file_format,  # type: ignore[arg-type]
    )
    with connect(folder, file_format) as connection:
        assert_contract_holds(connection)
        calls = value(connection, "select count(*) from calls")
        assert (calls > 0) == (calls_per_day > 0)
    mapping = yaml.safe_load((folder / "source.yml").read_text(encoding="utf-8"))
    assert mapping["timezone"] == "Europe/Paris"
    assert mapping["tables"] == {
        table: {"files": f"{table}.{file_format}"} for table in contract.tables()
    }


def assert_contract_holds(connection: duckdb.DuckDBPyConnection) -> None:
    for table in contract.tables().values():
        described = connection.execute(f"describe {table.name}").fetchall()
        found = [(name, str(data_type).lower()) for name, data_type, *_ in described]
        assert found == [
            (column.name, DUCKDB_TYPES[column.data_type].replace(", ", ","))
            for column in table.columns
        ]
        key = ", ".join(table.key)
        broken = {f"{key} twice": f"select 1 from {table.name} group by {key} having count(*) > 1"}
        for column in table.columns:
            conditions = [f"{column.name} is not null"] if column.is_required else []
            if column.values:
                listed = ", ".join(f"'{code}'" for code in column.values)
                conditions.append(f"{column.name} in ({listed})")
            if column.minimum is not None:
                conditions.append(f"{column.name} >= {column.minimum}")
            if column.above is not None:
                conditions.append(f"{column.name} > {column.above}")
            if column.data_type == "timestamp":
                # The clocks skip 2:00-3:00 on the last Sunday of March.
                conditions.append(
                    f"not (month({column.name}) = 3 and day({column.name}) > 24 "
                    f"and isodow({column.name}) = 7 and hour({column.name}) = 2)"
                )
                if not column.is_promise:
                    conditions.append(f"{column.name} < timestamp '2026-11-09'")
            for condition in conditions:
                broken[condition] = f"select 1 from {table.name} where not ({condition})"
        for rule in table.rules:
            broken[rule.must] = f"select 1 from {table.name} where not ({rule.must})"
        for earlier in table.ordered_times:
            for later in table.ordered_times[table.ordered_times.index(earlier) + 1 :]:
                broken[f"{earlier} > {later}"] = (
                    f"select 1 from {table.name} where {earlier} > {later}"
                )
        for what, query in broken.items():
            assert not connection.execute(query).fetchall(), f"{table.name}: {what}"


def test_a_year_meets_the_contract(year: duckdb.DuckDBPyConnection) -> None:
    assert_contract_holds(year)


@pytest.mark.parametrize(
    ("table", "column", "target", "key"),
    [
        ("calls", "customer_id", "customers", "customer_id"),
        ("calls", "agent_id", "agents", "agent_id"),
        ("calls", "ticket_id", "tickets", "ticket_id"),
        ("calls", "callback_of", "calls", "call_id"),
        ("tickets", "merged_into", "tickets", "ticket_id"),
        ("ticket_events", "ticket_id", "tickets", "ticket_id"),
        ("orders", "customer_id", "customers", "customer_id"),
        ("order_items", "order_id", "orders", "order_id"),
        ("order_items", "product_id", "products", "product_id"),
        ("order_claims", "order_id", "orders", "order_id"),
        ("reviews", "order_id", "orders", "order_id"),
        ("reviews", "product_id", "products", "product_id"),
        ("surveys", "call_id", "calls", "call_id"),
        ("surveys", "ticket_id", "tickets", "ticket_id"),
        ("subscriptions", "customer_id", "customers", "customer_id"),
        ("customer_identifiers", "customer_id", "customers", "customer_id"),
    ],
)
def test_references_lead_somewhere(
    year: duckdb.DuckDBPyConnection, table: str, column: str, target: str, key: str
) -> None:
    referring = f"select {column} as id from {table} where {column} is not null"
    assert value(year, f"select count(*) from ({referring})") > 0
    lost = f"{referring} and {column} not in (select {key} from {target})"
    assert value(year, f"select count(*) from ({lost})") == 0


@pytest.mark.parametrize(
    "inversion",
    [
        "tickets where first_response_at <= created_at or resolved_at < first_response_at"
        " or closed_at < resolved_at",
        "ticket_events join tickets using (ticket_id) where occurred_at < created_at",
        "orders where shipped_at < ordered_at or delivered_at < shipped_at"
        " or cancelled_at < ordered_at",
        "surveys where responded_at < sent_at",
        "subscriptions where ends_on <= starts_on"
        " or cancelled_on not between starts_on and ends_on",
        "calls where callback_requested_at not between started_at and ended_at",
        "calls where hold_seconds > date_diff('second', answered_at, ended_at)",
        "calls where case_closed_at < answered_at",
        "calls join calls as asked on asked.call_id = calls.callback_of"
        " where calls.started_at < asked.callback_requested_at",
    ],
)
def test_times_agree(year: duckdb.DuckDBPyConnection, inversion: str) -> None:
    assert value(year, f"select count(*) from {inversion}") == 0


def test_numbers_are_possible_and_nobodys(year: duckdb.DuckDBPyConnection) -> None:
    numbers = year.execute(
        "select value from customer_identifiers where kind = 'phone' union "
        "select caller_number from calls where regexp_matches(caller_number, '[0-9]') "
        "order by 1 limit 20000"
    ).fetchall()
    # The blocks that the French regulator keeps for fiction: 06 39 98, 01 99 00, 02 61 91 ...
    fiction = ("3363998", "3319900", "3326191", "3335301", "3346571", "3353649")
    for (text,) in numbers[::20]:
        number = phonenumbers.parse(text, "FR")
        assert phonenumbers.is_possible_number(number), text
        digits = f"{number.country_code}{number.national_number}"
        is_fiction = digits.startswith(fiction)
        assert is_fiction or not phonenumbers.is_valid_number(number), text


def test_the_outage_has_the_worst_abandonment(year: duckdb.DuckDBPyConnection) -> None:
    worst = year.execute(
        "select cast(started_at as date) from calls where queued_at is not null group by 1"
        " having count(*) >= 50 order by avg((answered_at is null)::int) desc limit 1"
    ).fetchone()
    assert worst is not None
    assert str(worst[0]) == "2026-09-15"


def test_unsolved_callers_call_again_more_often(year: duckdb.DuckDBPyConnection) -> None:
    again = """
        select avg(exists(
            select 1 from calls as later
            where later.customer_id = calls.customer_id and later.direction = 'inbound'
                and later.started_at > calls.started_at
                and later.started_at < calls.started_at + interval 7 day)::int)
        from calls
        where direction = 'inbound' and answered_at is not null and customer_id is not null
            and is_resolved = {} and started_at < '2026-10-20'
    """
    assert value(year, again.format("false")) > 2 * value(year, again.format("true"))


def test_late_orders_are_rated_worse_and_peak_orders_are_late(
    year: duckdb.DuckDBPyConnection,
) -> None:
    rating = """
        select avg(rating / coalesce(rating_scale, 5)) from reviews join orders using (order_id)
        where (delivered_at > deliver_by) = {}
    """
    assert value(year, rating.format("true")) < value(year, rating.format("false")) - 0.1
    late = """
        select avg((shipped_at > ship_by)::int) from orders
        where ordered_at between '{}' and '{}'
    """
    peak = value(year, late.format("2025-11-24", "2025-12-07"))
    assert peak > 5 * value(year, late.format("2026-04-01", "2026-06-30"))


def test_waiting_lowers_satisfaction(year: duckdb.DuckDBPyConnection) -> None:
    score = """
        select avg(score / coalesce(scale_max, 5)) from surveys join calls using (call_id)
        where kind = 'csat' and date_diff('second', queued_at, answered_at) {}
    """
    assert value(year, score.format("> 60")) < value(year, score.format("<= 20")) - 0.03


def test_slow_mails_become_calls(year: duckdb.DuckDBPyConnection) -> None:
    called = """
        select avg((ticket_id in (
            select ticket_id from calls where ticket_id is not null))::int)
        from tickets
        where channel = 'email' and customer_id is not null and created_at < '2026-10-20'
            and first_response_at {} created_at + interval 24 hour
    """
    assert value(year, called.format(">")) > 3 * value(year, called.format("<="))


def test_unhappy_subscribers_leave(year: duckdb.DuckDBPyConnection) -> None:
    lapsed = """
        with terms as (
            select
                *,
                lead(term_number) over (
                    partition by subscription_id order by term_number) is null as is_last
            from subscriptions
        )
        select avg(is_last::int) from terms
        where ends_on < '2026-10-01' and plan <> 'premium_yearly' and exists (
            select 1 from calls where calls.customer_id = terms.customer_id
                and is_resolved = {}
                and started_at between ends_on - interval 30 day and ends_on)
    """
    assert value(year, lapsed.format("false")) > 2 * value(year, lapsed.format("true"))


def test_a_burst_of_praise_on_one_day(year: duckdb.DuckDBPyConnection) -> None:
    most = year.execute(
        "select cast(posted_at as date), count(*) from reviews where platform = 'review_portal'"
        " group by 1 order by 2 desc limit 1"
    ).fetchone()
    assert most is not None
    assert str(most[0]) == "2026-10-06"


@pytest.mark.parametrize(
    "arguments", [{"days": 0}, {"calls_per_day": -1}, {"seed": -1}, {"file_format": "xlsx"}]
)
def test_refuses_bad_arguments(tmp_path: Path, arguments: dict[str, int]) -> None:
    with pytest.raises(InputError):
        generate(tmp_path / "sample", **arguments)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_overwrites_nothing_but_an_earlier_sample(tmp_path: Path) -> None:
    out = tmp_path / "sample"
    generate(out, days=2, calls_per_day=5)
    generate(out, days=2, calls_per_day=5, file_format="parquet")
    assert not list(out.glob("*.csv"))
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError):
        generate(out, days=2, calls_per_day=5)
    own = tmp_path / "own"
    own.mkdir()
    (own / "calls.csv").write_text("call_id\n", encoding="utf-8")
    (own / "source.yml").write_text("name: own\n", encoding="utf-8")
    with pytest.raises(InputError):
        generate(own, days=2, calls_per_day=5)
    assert (own / "calls.csv").read_text(encoding="utf-8") == "call_id\n"
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(InputError):
        generate(file, days=2, calls_per_day=5)
    assert {path.name for path in tmp_path.iterdir()} == {"sample", "own", "file"}
