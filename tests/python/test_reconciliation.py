"""Cells that must add up: on a small table that does, one broken cell is found, and named."""

from __future__ import annotations

import re

import duckdb
import pytest

from service_kpis.kpi_definitions import definitions
from service_kpis.validation.reconciliation import reconciliation_rules
from service_kpis.warehouse import PROJECT_DIR

RULES = {rule.name.removeprefix("marts.kpi_values."): rule for rule in reconciliation_rules()}

# Two days of a week that belong to two years: 30 December 2024 is a Monday.
CELLS = """
    service_level   day     2024-12-30 all     all    8  10 10
    service_level   day     2024-12-30 client  acme   5   6  6
    service_level   day     2024-12-30 client  (none) 3   4  4
    service_level   day     2025-01-02 all     all    1   2  2
    service_level   day     2025-01-02 client  acme   1   2  2
    service_level   week    2024-12-30 all     all    9  12 12
    service_level   week    2024-12-30 client  acme   6   8  8
    service_level   week    2024-12-30 client  (none) 3   4  4
    service_level   week    2024-12-30 agent   a1     9  12 12
    service_level   month   2024-12-01 all     all    8  10 10
    service_level   month   2024-12-01 client  acme   5   6  6
    service_level   month   2024-12-01 client  (none) 3   4  4
    service_level   month   2024-12-01 agent   a1     8  10 10
    service_level   month   2025-01-01 all     all    1   2  2
    service_level   month   2025-01-01 client  acme   1   2  2
    service_level   month   2025-01-01 agent   a1     1   2  2
    service_level   quarter 2024-10-01 all     all    8  10 10
    service_level   quarter 2024-10-01 client  acme   5   6  6
    service_level   quarter 2024-10-01 client  (none) 3   4  4
    service_level   quarter 2024-10-01 agent   a1     8  10 10
    service_level   quarter 2025-01-01 all     all    1   2  2
    service_level   quarter 2025-01-01 client  acme   1   2  2
    service_level   quarter 2025-01-01 agent   a1     1   2  2
    service_level   year    2024-01-01 all     all    8  10 10
    service_level   year    2024-01-01 client  acme   5   6  6
    service_level   year    2024-01-01 client  (none) 3   4  4
    service_level   year    2024-01-01 agent   a1     8  10 10
    service_level   year    2025-01-01 all     all    1   2  2
    service_level   year    2025-01-01 client  acme   1   2  2
    service_level   year    2025-01-01 agent   a1     1   2  2
    repeat_sales    week    2024-12-30 all     all    2   1  2
    repeat_sales    week    2024-12-30 country FR     1   1  1
    repeat_sales    week    2024-12-30 country BE     1   1  1
    repeat_sales    week    2024-12-30 lifetime 2     2   1  2
    repeat_sales    week    2024-12-30 lifetime 5     1   1  1
    retention_rate  month   2025-01-01 all     all    3   4  4
    retention_rate  month   2025-01-01 country FR     3   4  4
    retention_rate  quarter 2025-01-01 all     all    1   4  4
    retention_rate  quarter 2025-01-01 country FR     1   4  4
    channel_share   month   2025-01-01 channel phone  3   4  4
    median_resolution_time month 2025-01-01 all all   60  1  9
    median_resolution_time month 2025-01-01 team (none) 60 1 5
    median_resolution_time month 2025-01-01 team b    90  1  4
"""


@pytest.fixture
def values():
    connection = duckdb.connect()
    connection.execute(
        "create table kpi_values (kpi_key text, grain text, period_start date, dimension text, "
        "dimension_value text, numerator double, denominator double, sample_size bigint)"
    )
    rows = [line.split() for line in CELLS.splitlines() if line.strip()]
    connection.executemany("insert into kpi_values values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return connection


def found(connection, rule):
    """The cells that a rule names, without the KPI and with the day of the period's start."""
    rows = connection.execute(RULES[rule].breaking.format(batch="kpi_values")).fetchall()
    return sorted(tuple(map(str, row[1:])) for row in rows)


def test_cells_that_add_up_pass(values):
    assert found(values, "parts_and_whole") == []
    assert found(values, "roll_up") == []


@pytest.mark.parametrize(
    ("change", "parts_and_whole", "roll_up"),
    [
        (
            "update kpi_values set numerator = 4 "
            "where grain = 'day' and dimension_value = '(none)'",
            [("day", "2024-12-30", "client")],
            [
                ("month", "2024-12-01", "client", "(none)"),
                ("week", "2024-12-30", "client", "(none)"),
            ],
        ),
        (
            "update kpi_values set denominator = 11 "
            "where grain = 'week' and dimension_value = 'all' and kpi_key = 'service_level'",
            [("week", "2024-12-30", "agent"), ("week", "2024-12-30", "client")],
            [("week", "2024-12-30", "all", "all")],
        ),
        (
            "update kpi_values set sample_size = 9 where grain = 'year' and dimension = 'agent' "
            "and period_start = '2024-01-01'",
            [("year", "2024-01-01", "agent")],
            [("year", "2024-01-01", "agent", "a1")],
        ),
        (
            "delete from kpi_values where grain = 'quarter' and dimension = 'client' "
            "and period_start = '2025-01-01'",
            [("quarter", "2025-01-01", "client")],
            [("quarter", "2025-01-01", "client", "acme"), ("year", "2025-01-01", "client", "acme")],
        ),
        (
            "delete from kpi_values where grain = 'day' and dimension = 'all' "
            "and period_start = '2025-01-02'",
            [("day", "2025-01-02", "client")],
            [("month", "2025-01-01", "all", "all"), ("week", "2024-12-30", "all", "all")],
        ),
        (
            "update kpi_values set numerator = 2, sample_size = 2 where dimension_value = 'BE'",
            [("week", "2024-12-30", "country")],
            [],
        ),
        (
            "update kpi_values set numerator = 2 "
            "where dimension_value = 'FR' and grain = 'quarter'",
            [("quarter", "2025-01-01", "country")],
            [],
        ),
    ],
)
def test_one_broken_cell_is_found(values, change, parts_and_whole, roll_up):
    values.execute(change)
    assert found(values, "parts_and_whole") == parts_and_whole
    assert found(values, "roll_up") == roll_up


def test_seconds_may_differ_in_their_last_digits(values):
    values.execute("update kpi_values set numerator = numerator + 1e-12")
    assert found(values, "parts_and_whole") == []
    assert found(values, "roll_up") == []


def test_a_kpi_that_rolls_up_from_days_is_held_to_it():
    """Only what is counted anew at each grain may say that its days don't add up."""
    periods = PROJECT_DIR / "models" / "period"
    for key, definition in definitions().items():
        [file] = (PROJECT_DIR / "models" / "kpi").glob(f"*/kpi_{key}.sql")
        stands_on = re.findall(r"ref\('(period_\w+)'\)", file.read_text(encoding="utf-8"))
        texts = [(periods / f"{name}.sql").read_text(encoding="utf-8") for name in stands_on]
        assert texts
        rolls_up = all("period_from(" in text for text in texts)
        assert rolls_up is ("days" not in definition.not_additive_over), key


def test_what_does_not_add_up_is_said_in_known_words():
    for key, definition in definitions().items():
        assert definition.not_additive_over <= {"days", "dimensions", "lifetime"}, key


FACTS = {
    "fct_contacts": "(values ('call', 'phone'), ('ticket', 'email'), ('ticket', null)) "
    "as t(contact_kind, channel)",
    "stg_calls": "(values ('inbound'), ('outbound')) as t(direction)",
    "stg_tickets": "(values (true, 'email'), (true, null), (true, 'phone'), (false, 'chat')) "
    "as t(is_counted, channel)",
    "fct_email_tickets": "(values (1)) as t(ticket)",
    "fct_tickets": "(values (true, 'email', 'h'), (true, 'email', null), (false, 'email', 'h'), "
    "(true, 'chat', 'h')) as t(is_counted, channel, customer_hash)",
    "fct_agent_days": "(values (true), (false)) as t(is_working_day)",
    "int_agent_days": "(values (1)) as t(agent)",
    "fct_customer_periods": "(values (1)) as t(customer)",
    "int_customer_periods": "(values ('month', date '2025-01-01', date '2025-02-01'), "
    "('month', date '2025-02-01', date '2025-03-01')) as t(grain, period_start, closes_on)",
    "int_customers_active": "(values ('c', date '2025-01-05', date '2025-01-20'), "
    "('c', date '2025-01-25', date '2025-02-01')) as t(customer_id, active_from, active_until)",
}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (None, []),
        ("fct_email_tickets", ["e-mail tickets of customers"]),
        ("fct_agent_days", ["working days of agents"]),
        ("fct_customer_periods", ["active customers of periods"]),
        ("fct_contacts", ["calls of contacts", "tickets of contacts, but by phone"]),
    ],
)
def test_a_row_that_counts_twice_is_found(table, told):
    connection = duckdb.connect()
    for name, rows in FACTS.items():
        connection.execute(f"create table {name} as from {rows}")
    if table:
        connection.execute(f"insert into {table} from {table}")
    file = PROJECT_DIR / "tests" / "assert_derived_facts_have_every_row.sql"
    statement = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", file.read_text(encoding="utf-8"))
    assert [row[0] for row in connection.execute(statement).fetchall()] == told


def test_every_fact_is_held_against_the_rows_it_stands_on():
    tests = [path.read_text(encoding="utf-8") for path in PROJECT_DIR.glob("tests/assert_*facts*")]
    held = {name for text in tests for name in re.findall(r"ref\('(fct_\w+)'\)", text)}
    assert held == {path.stem for path in PROJECT_DIR.glob("models/marts/fct_*.sql")}
