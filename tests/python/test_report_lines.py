"""Which lines the page gets, and how a line is laid out, from a few rows made by hand."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from service_kpis.reporting import lines

MARTS = """
    create schema marts;
    create table marts.kpi_values (
        kpi_key varchar, grain varchar, period_start date, dimension varchar,
        dimension_value varchar, numerator double
    );
    create table marts.fct_calls (contract varchar, client varchar, service varchar);
    create table marts.fct_tickets (contract varchar, client varchar, service varchar);
"""


@pytest.fixture
def marts():
    with duckdb.connect() as connection:
        connection.execute(MARTS)
        yield connection


def count(connection, kpi, client, number, grain="year"):
    connection.execute(
        "insert into marts.kpi_values values (?, ?, '2026-01-01', 'client', ?, ?)",
        [kpi, grain, client, number],
    )


def test_the_clients_with_the_most_calls_and_tickets_are_offered(marts):
    """Of 26, 24 are: 26 has no calls and 25 tickets, 25 alone has talked most and called least."""
    for number in range(1, 26):
        count(marts, "calls_offered", f"c{number:02}", 100 - number)
    count(marts, "tickets_created", "c26", 95)
    count(marts, "repeat_sales", "c25", 1_000_000)
    count(marts, "calls_offered", "c24", 1_000_000, grain="month")
    choices = lines.read_choices(marts)
    assert choices.offered["client"] == [*(f"c{number:02}" for number in range(1, 24)), "c26"]
    assert choices.left_out == {"client": 2, "service": 0, "contract": 0}


def test_of_equals_the_first_names_are_offered(marts):
    for number in reversed(range(26)):
        count(marts, "calls_offered", f"c{number:02}", 1)
    assert lines.read_choices(marts).offered["client"] == [f"c{n:02}" for n in range(24)]


def test_a_contract_has_the_sides_that_calls_or_tickets_tell(marts):
    marts.execute("insert into marts.fct_calls values ('a / x', 'a', 'x'), ('b / x', 'b', 'x')")
    marts.execute("insert into marts.fct_tickets values ('(none) / y', null, 'y')")
    marts.execute("insert into marts.fct_tickets values ('c / (none)', 'c', null)")
    offered = ["a / x", "(none) / y", "c / (none)"]
    assert lines.read_contract_sides(marts, offered) == {
        "a / x": ("a", "x"),
        "(none) / y": ("(none)", "y"),
        "c / (none)": ("c", "(none)"),
    }


PLACES = {date(2026, month, 1): month - 1 for month in range(1, 7)}
ROW = {
    "kpi_key": "service_level",
    "dimension": "client",
    "dimension_value": "acme",
    "starts": [date(2026, 2, 1), date(2026, 4, 1)],
    "values": [0.5, None],
    "lows": [0.123456, None],
    "highs": [0.876543, None],
    "samples": [10, 0],
    "statuses": ["met", "no_data"],
    "chances": [True, None],
    "completes": [True, False],
}


def test_a_line_has_a_place_for_each_period_from_its_first_to_its_last():
    """Met is 2 · 6, beyond chance 2 · 2, complete 1: the letter 17 after A. No data is A."""
    assert lines.line("month", PLACES, ROW) == {
        "kpi": "service_level",
        "grain": "month",
        "dimension": "client",
        "of": "acme",
        "from": 1,
        "value": [0.5, None, None],
        "n": [10, None, 0],
        "told": "R A",
        "low": [0.12346, None, None],
        "high": [0.87654, None, None],
    }


@pytest.mark.parametrize(
    ("grain", "dimension", "has_bounds"),
    [
        ("year", "contract", True),
        ("quarter", "client", True),
        ("week", "service", False),
        ("day", "client", False),
        ("week", "all", True),
        ("day", "channel", True),
    ],
)
def test_a_choice_has_bounds_from_the_month_on(grain, dimension, has_bounds):
    line = lines.line(grain, PLACES, {**ROW, "dimension": dimension})
    assert ("low" in line) is ("high" in line) is has_bounds


def test_a_line_without_any_bound_carries_none():
    assert "low" not in lines.line("month", PLACES, {**ROW, "lows": [None, None]})


def test_each_judgement_has_a_letter_of_its_own():
    letters = [
        lines.letter(status, chance, is_complete)
        for status in ("no_data", "no_target", "met", "missed")
        for chance in (None, False, True)
        for is_complete in (False, True)
    ]
    assert "".join(letters) == "ABCDEFGHIJKLMNOPQRSTUVWX"
