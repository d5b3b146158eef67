"""Validation: every rule finds the row that breaks it, and published columns hold nobody."""

import duckdb
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from service_kpis.checks import personal_data
from service_kpis.validation.great import run_rules
from service_kpis.validation.marts_rules import marts_rules
from service_kpis.validation.raw_rules import raw_rules
from service_kpis.validation.rules import Rule

LANDED = "'a' as _source, 'f' as _file, row_number() over () as _row"
CALLS = f"""
    select *, {LANDED} from (values
        ('1', 'inbound', timestamp '2025-01-06 09:00', timestamp '2025-01-06 09:05', 0, 'T1'),
        ('1', 'sideways', timestamp '2025-01-06 09:00', timestamp '2025-01-06 08:55', -1, 'T9'),
        ('2', null, timestamp '2025-01-06 09:00', timestamp '2025-01-06 09:05', 0, null)
    ) as calls(call_id, direction, started_at, ended_at, hold_seconds, ticket_id)
    cross join (values (
        cast(null as varchar), cast(null as timestamp), cast(null as timestamp), 0, 0,
        cast(null as timestamp)
    )) as rest(customer_id, queued_at, answered_at, wrap_up_seconds, transfers,
        callback_requested_at)
    cross join (values (cast(null as varchar), cast(null as varchar))) as ids(agent_id, callback_of)
"""
TICKETS = f"""
    select 'T1' as ticket_id, 'email' as channel, 'open' as status, 'low' as complexity,
        'low' as priority, 0 as reopens, cast(null as varchar) as customer_id,
        cast(null as varchar) as agent_id, cast(null as varchar) as merged_into,
        timestamp '2025-01-06 09:00' as created_at, timestamp '2025-01-06 08:00' as resolved_at,
        cast(null as timestamp) as first_response_at, cast(null as timestamp) as closed_at, {LANDED}
"""
VALUES = """
    select * from (values
        ('answer_rate', 'day', date '2025-01-06', 'all', 'all', 1.0, 1.0, 1.0, 1, 0.2, 1.0, true),
        ('answer_rate', 'day', date '2025-01-06', 'all', 'all', 1.0, 1.0, 1.0, 1, 0.2, 1.0, true),
        ('answer_rate', 'week', date '2025-01-07', 'all', 'all', 3.0, 1.0, 3.0, 1, 0.2, 1.0, true),
        ('unheard_of', 'day', date '2025-01-06', 'all', 'all', 1.0, 1.0, 1.0, 1, null, null, true)
    ) as kpi_values(kpi_key, grain, period_start, dimension, dimension_value, numerator,
        denominator, value, sample_size, ci_low, ci_high, is_complete)
"""
CATALOGUE = """
    select 'answer_rate' as kpi_key, 'ratio' as unit, 'up' as direction, 't' as theme,
        'l' as label_en, 'l' as label_fr, 'd' as definition, 'd' as definition_fr, 'f' as formula
"""
DAILY = """
    select * from (values
        (date '2025-01-06', 'all', 'all', 3), (date '2025-01-06', 'client', 'acme', 2),
        (date '2025-01-06', 'team', 'blue', 1), (date '2025-01-06', 'team', '(none)', 2)
    ) as daily(date_on, dimension, dimension_value, inbound_count)
"""


@pytest.fixture(scope="module")
def failed_rows(tmp_path_factory):
    """Run every rule on a small bad warehouse; gives the failed rows by rule."""
    folder = tmp_path_factory.mktemp("warehouse")
    marts = {"kpi_values": VALUES, "kpi_catalogue": CATALOGUE, "daily_calls": DAILY}
    with duckdb.connect(folder / "build.duckdb") as connection:
        connection.execute("create schema raw")
        connection.execute("create schema marts")
        connection.execute(f"create table raw.calls as {CALLS}")
        connection.execute(f"create table raw.tickets as {TICKETS}")
        for name, query in marts.items():
            connection.execute(f"create table marts.{name} as {query}")
        columns = {
            name: dict(
                connection.execute(
                    f"select column_name, column_type from (describe marts.{name})"
                ).fetchall()
            )
            for name in marts
        }
    rules = [
        *raw_rules({"calls", "tickets"}, as_of="2025-01-06T12:00:00Z", currency="EUR"),
        *marts_rules(columns),
    ]
    checks = run_rules(rules, folder / "build.duckdb", folder / "data_docs", lambda *_: None)
    assert (folder / "data_docs" / "index.html").exists()
    duckdb.connect(folder / "build.duckdb").close()  # nothing is left open on it
    return {check.name: check.failed_rows for check in checks}


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("raw.calls.key", 1),
        ("raw.calls.required", 1),
        ("raw.calls.values", 1),
        ("raw.calls.ranges", 1),
        ("raw.calls.order_of_times", 1),
        ("raw.calls.reference_ticket_id", 1),
        ("raw.calls.gone_quiet", 0),
        ("raw.calls.never_queued", 1),
        ("raw.tickets.key", 0),
        ("raw.tickets.times", 1),
        ("marts.kpi_values.key", 1),
        ("marts.kpi_values.cell", 1),
        ("marts.kpi_values.numbers", 1),
        ("marts.kpi_values.known", 1),
        ("marts.kpi_values.range", 1),
        ("marts.kpi_values.parts_and_whole", 0),
        ("marts.kpi_values.roll_up", 5),  # no week nor month of either KPI's day, a week of none
        ("marts.kpi_catalogue.words", 0),
        ("marts.daily_calls.parts_and_whole", 1),
    ],
)
def test_a_rule_counts_the_rows_that_break_it(failed_rows, rule, rows):
    assert failed_rows[rule] == rows


def test_one_run_of_a_rule_finds_and_counts_all_rows_that_break_it(tmp_path):
    """Data Docs show the first of them; none is fetched that is not shown."""
    with duckdb.connect(tmp_path / "build.duckdb") as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.calls as select i from range(100_000) t(i)")
    rule = Rule("r", "raw", "calls", "warn", "holds", "select i from {batch} where i % 2 = 0")
    runs: list[str] = []

    def remember(connection, cursor, statement, *rest):
        runs.extend([statement] if "% 2 = 0" in statement else [])

    event.listen(Engine, "after_cursor_execute", remember)
    try:
        [check] = run_rules([rule], tmp_path / "build.duckdb", tmp_path / "docs", lambda *_: None)
    finally:
        event.remove(Engine, "after_cursor_execute", remember)
    assert (check.passed, check.failed_rows, len(runs)) == (False, 50_000, 1)
    shown = "".join(page.read_text() for page in (tmp_path / "docs").rglob("*.html"))
    assert "49998" not in shown
    assert "breaking_rows" not in shown.replace("as breaking_rows from", "")


def test_a_reference_leads_to_its_own_source_or_to_the_only_other_that_has_it():
    [rule] = [
        rule
        for rule in raw_rules({"calls", "tickets"}, as_of=None, currency="EUR")
        if rule.name == "raw.calls.reference_ticket_id"
    ]
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.tickets as from (values ('a', 'own'), ('b', 'own'), ('c', 'own'), "
            "('b', 'of another'), ('b', 'of two others'), ('c', 'of two others')) "
            "as tickets(_source, ticket_id)"
        )
        connection.execute(
            "create table raw.calls as select 'a' as _source, 'f' as _file, * from (values "
            "(1, 'own'), (2, 'of another'), (3, 'of two others'), (4, 'nowhere'), (5, null)) "
            "as calls(_row, ticket_id)"
        )
        found = connection.execute(rule.breaking.format(batch="raw.calls")).fetchall()
    assert sorted(found) == [("a", "f", 3), ("a", "f", 4)]


def test_only_a_source_that_never_tells_of_its_queue_is_odd():
    rules = raw_rules({"calls"}, as_of=None, currency="EUR")
    [rule] = [rule for rule in rules if rule.name == "raw.calls.never_queued"]
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table calls as from (values
                ('queues', 'inbound', 1, 2, null), ('queues', 'inbound', null, null, null),
                ('answers all', 'inbound', null, 2, null), ('calls back', 'inbound', null, null, 2),
                ('calls out', 'outbound', null, null, null),
                ('odd', 'inbound', null, null, null), ('odd', 'inbound', null, 2, null)
            ) as calls(_source, direction, queued_at, answered_at, callback_requested_at)
            """
        )
        found = connection.execute(rule.breaking.format(batch="calls")).fetchall()
    assert found == [("odd", 2)]


@pytest.fixture
def people():
    connection = duckdb.connect()
    connection.execute("create schema raw")
    connection.execute("create schema marts")
    connection.execute(
        "create table raw.parties as select * from (values ('phone', '01 23 45 67 89', "
        "'33123456789'), ('phone', '4711', '4711'), ('customer', 'C1', 'C1'), "
        "('customer', 'C2', 'C2'), ('customer', 'C3', 'C3'), "
        "('agent', 'A1', 'A1')) as p(kind, identifier, normalised)"
    )
    return connection


@pytest.mark.parametrize(
    ("table", "failing"),
    [
        ("fct_calls as select 'x' as caller_hash, '4711' as queue, 'C1' as client", []),
        ("fct_calls as select 'anna@example.org' as team", ["e_mails"]),
        ("fct_calls as select 'write to anna@example.org' as reason", ["e_mails"]),
        ("fct_calls as select '33123456789' as caller", ["telephone_numbers"]),
        ("fct_calls as select '01 23 45 67 89' as queue", ["telephone_numbers"]),
        ("dim_customers as select unnest(['C1', 'C2', 'C3']) as customer", ["customer_ids"]),
        ("dim_customers as select unnest(['C1', 'C2', 'C3']) as customer_id", ["customer_ids"]),
        ("fct_orders as select unnest(['C1', 'C2', 'C3']) as order_id", []),
        ("fct_calls as select 'Ann@Éxample.Org ' as reason", ["e_mails"]),
        ("fct_calls as select '0033 1 23.45.67.89' as queue", ["telephone_numbers"]),
        ("fct_calls as select 'call +33 (1) 23 45 67 89 now' as queue", ["telephone_numbers"]),
        ("fct_calls as select '2025-0123456789-1' as call_id", ["telephone_numbers"]),
        ("fct_calls as select 'A33123456789' as call_id", ["telephone_numbers"]),
        ("fct_ticket_events as select 't_33123456789_2' as event_id", ["telephone_numbers"]),
        ("fct_calls as select 'ring +44 20 7946 0958' as reason", ["telephone_numbers"]),
        ("fct_calls as select '2025-01-06 10:00:00+01' as reason", []),
        ("fct_calls as select '20250106-4711' as call_id", []),
        # Ids so dense that any number is among them: chance, not a leak.
        (
            "fct_orders as select (33123456000 + i)::varchar as order_id from range(999) t(i)",
            [],
        ),
        # Of hundreds of thousands of hashes, some hold the digits of somebody's number.
        ("fct_calls as select 'ab33123456789cdefabcdefabcdefabc' as caller_hash", []),
        ("fct_calls as select '33123456789' as caller_hash", ["telephone_numbers"]),
        ("fct_calls as select 'A1' as agent", ["agent_ids"]),
        ("fct_calls as select 'A1' as queue", []),
        ("int_hidden as select 'anna@example.org' as e_mail", []),
    ],
)
def test_personal_data_in_a_published_column_is_found(people, table, failing):
    people.execute(f"create table marts.{table}")
    checks = personal_data.check(people, {"publish_agents": "hashed"})
    found = [check.name for check in checks if not check.passed]
    assert found == [f"personal_data.{name}" for name in failing]


def test_personal_data_in_a_published_view_is_found(people):
    people.execute("create table marts.kpi_values as select 'anna' as name")
    people.execute(
        "create view marts.kpi_calls as select name || '@example.org' from marts.kpi_values"
    )
    failed = list(personal_data.check(people, {"publish_agents": "as_is"}))
    assert [check.name for check in failed if not check.passed] == ["personal_data.e_mails"]


def test_an_id_that_looks_like_a_hash_is_found_among_hashes(people):
    """A house may know its customers by hashes of its own."""
    ids = "select md5(cast(i as varchar)) as caller_hash from range(3) t(i)"
    people.execute(f"insert into raw.parties select 'customer', caller_hash, '' from ({ids})")
    people.execute(f"create table marts.fct_calls as from ({ids})")
    people.execute(
        "insert into marts.fct_calls select md5('a keyed hash' || i) from range(99) t(i)"
    )
    [found] = [
        check
        for check in personal_data.check(people, {"publish_agents": "as_is"})
        if not check.passed
    ]
    assert (found.name, found.failed_rows) == ("personal_data.customer_ids", 3)
