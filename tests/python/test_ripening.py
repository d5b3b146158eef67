"""What time ripens, and how far it has gone: from hand-made rows to the ids that are touched."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest

from service_kpis.increment import changes, closure, plan, ripening
from service_kpis.landing import create_raw_tables
from service_kpis.warehouse import Warehouse

BEFORE, NOW = datetime(2025, 3, 10, 12), datetime(2025, 3, 12, 12)
MODELS = {
    "fct_calls": "call_id varchar, matures_at timestamp",
    "fct_tickets": "ticket_id varchar, matures_at timestamp",
    "fct_email_tickets": "ticket_id varchar, matures_at timestamp",
    "fct_orders": "order_id varchar, ordered_on date, matures_at timestamp, ship_by timestamp, "
    "deliver_by timestamp",
    "mart_customer_journeys": "caller_hash varchar, matures_at timestamp",
    "fct_subscriptions": "subscription_id varchar, starts_on date, ended_on date, matures_on date",
}
INSTANTS = {  # those of the span are its bounds, too
    "'2025-03-10 11:59:59'": False,
    "'2025-03-10 12:00:00'": True,
    "'2025-03-12 12:00:00'": True,
    "'2025-03-12 12:00:01'": False,
}
DAYS = {  # one more at each end
    "'2025-03-08'": False,
    "'2025-03-09'": True,
    "'2025-03-13'": True,
    "'2025-03-14'": False,
}
DAYS_OF_ORDERS = {
    # Active from the day after it: that day is from the 9th to the 13th.
    "'2025-03-07'": False,
    "'2025-03-08'": True,
    "'2025-03-12'": True,
    "'2025-03-13'": False,
    # For 365 days, so not any more 366 days after it: 2024-03-08 + 366 days = 2025-03-09.
    "'2024-03-07'": False,
    "'2024-03-08'": True,
    "'2024-03-12'": True,
    "'2024-03-13'": False,
}


@pytest.fixture
def raw():
    """An empty warehouse, of which every change is kept."""
    with duckdb.connect() as connection:
        create_raw_tables(connection)
        changes.keep(connection)
        yield connection


@pytest.fixture
def marts():
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        for model, columns in MODELS.items():
            connection.execute(f"create table marts.{model} ({columns})")
        closure.start(connection)
        yield connection


def touched(connection, kind):
    return {
        found
        for (found,) in connection.execute(
            "select id from touched.ids where kind = ?", [kind]
        ).fetchall()
    }


def land(connection, table, source, at, **values):
    """Land a row as landing does: the one of its source with the same first column goes."""
    key, identity = next(iter(values.items()))
    is_same = f"_source = '{source}' and {key} = '{identity}'"
    changes.note_rows(connection, table, is_same, is_new=False)
    connection.execute(f"delete from raw.{table} where {is_same}")
    columns = ", ".join(values)
    connection.execute(
        f"insert into raw.{table} ({columns}, _source, _landed_at) "
        f"values ({', '.join('?' * len(values))}, ?, ?)",
        [*values.values(), source, at],
    )
    changes.note_rows(connection, table, is_same, is_new=True)


@pytest.mark.parametrize(
    ("kind", "model", "column", "cases"),
    [
        ("call", "fct_calls", "matures_at", INSTANTS),
        ("ticket", "fct_tickets", "matures_at", INSTANTS),
        ("ticket", "fct_email_tickets", "matures_at", INSTANTS),
        ("order", "fct_orders", "matures_at", INSTANTS),
        ("order", "fct_orders", "ship_by", INSTANTS),
        ("order", "fct_orders", "deliver_by", INSTANTS),
        ("person", "mart_customer_journeys", "matures_at", INSTANTS),
        ("subscription", "fct_subscriptions", "matures_on", DAYS),
        ("subscription", "fct_subscriptions", "starts_on", DAYS),
        ("subscription", "fct_subscriptions", "ended_on", DAYS),
    ],
)
def test_what_turns_in_the_span_is_touched(marts, kind, model, column, cases):
    key = MODELS[model].partition(" ")[0]
    for turns in cases:
        marts.execute(f"insert into marts.{model} ({key}, {column}) values ({turns}, {turns})")
    ripening.touch_ripened(marts, BEFORE, NOW, 365)
    assert touched(marts, kind) == {turns.strip("'") for turns, is_in in cases.items() if is_in}


def test_orders_make_customers_active_for_a_while(marts):
    for day in DAYS_OF_ORDERS:
        marts.execute(f"insert into marts.fct_orders (order_id, ordered_on) values ({day}, {day})")
    ripening.touch_ripened(marts, BEFORE, NOW, 365)
    assert touched(marts, "order") == set()  # where nobody asks who is active
    marts.execute("create table marts.fct_customer_periods (is_retained boolean)")
    ripening.touch_ripened(marts, BEFORE, NOW, 365)
    expected = {day.strip("'") for day, is_in in DAYS_OF_ORDERS.items() if is_in}
    assert touched(marts, "order") == expected


def test_a_model_that_is_not_there_ripens_nothing(marts):
    marts.execute("drop table marts.fct_email_tickets")
    marts.execute("insert into marts.fct_tickets values ('t', '2025-03-11')")
    ripening.touch_ripened(marts, BEFORE, NOW, 365)
    assert touched(marts, "ticket") == {"t"}


def test_the_latest_change_is_of_rows_that_came_and_stay(raw):
    day = datetime(2025, 1, 1)
    land(raw, "calls", "s1", day, call_id="a", started_at="2025-01-01", ended_at="2025-01-02")
    assert ripening.latest_change(raw, is_new=True) == datetime(2025, 1, 2)
    assert ripening.latest_change(raw, is_new=False) is None
    # Told otherwise before anybody built, the first telling never was.
    land(raw, "calls", "s1", day, call_id="a", started_at="2025-01-01")
    assert ripening.latest_change(raw, is_new=True) == datetime(2025, 1, 1)
    changes.keep(raw)
    land(raw, "calls", "s1", day, call_id="a", started_at="2024-12-01")
    assert ripening.latest_change(raw, is_new=True) == datetime(2024, 12, 1)
    assert ripening.latest_change(raw, is_new=False) == datetime(2025, 1, 1)
    # A promise is nothing that happened.
    land(raw, "orders", "s1", day, order_id="o", ordered_at="2024-12-02", ship_by="2030-01-01")
    assert ripening.latest_change(raw, is_new=True) == datetime(2024, 12, 2)


def test_what_another_source_told_after_is_gone_and_comes_back(raw):
    first, second, third = (datetime(2025, 5, day) for day in (1, 2, 3))
    of_one = {"order_id": "o", "ordered_at": "2025-01-01", "delivered_at": "2025-03-01"}
    of_other = {"order_id": "o", "ordered_at": "2025-01-01"}
    land(raw, "orders", "s1", first, **of_one)
    land(raw, "orders", "s1", first, order_id="alone", ordered_at="2025-04-01")
    changes.keep(raw)
    land(raw, "orders", "s2", second, **of_other)
    assert ripening.latest_change(raw, is_new=False) == datetime(2025, 3, 1)
    changes.keep(raw)
    land(raw, "orders", "s1", third, **of_one)  # as it was, and now the latest
    assert ripening.latest_change(raw, is_new=True) == datetime(2025, 3, 1)
    assert ripening.latest_change(raw, is_new=False) == datetime(2025, 1, 1)


def test_of_two_sources_that_landed_at_once_the_later_name_tells(raw):
    day = datetime(2025, 5, 1)
    land(raw, "orders", "s2", day, order_id="o", ordered_at="2025-01-02")
    land(raw, "orders", "s1", day, order_id="o", ordered_at="2025-01-03")
    changes.keep(raw)
    land(raw, "orders", "s2", day, order_id="o", ordered_at="2025-01-02")
    assert ripening.latest_change(raw, is_new=False) == datetime(2025, 1, 3)


def test_bare_dates_are_no_instants(raw):
    raw.execute("insert into raw.subscriptions (starts_on) values ('2025-01-01')")
    assert not ripening.is_told_by_an_instant(raw)
    raw.execute("insert into raw.surveys (responded_at) values ('2025-01-01')")
    assert ripening.is_told_by_an_instant(raw)


def test_an_order_has_the_currency_that_was_told_last(raw):
    raw.execute("create schema staging")
    raw.execute("create view staging.stg_orders as select 'EUR' as currency")
    raw.execute("insert into raw.orders (order_id, _source, currency) values ('o', 's1', 'CHF')")
    assert plan._currencies(raw) == [("CHF",)]
    raw.execute("insert into raw.orders (order_id, _source, currency) values ('p', 's1', 'EUR')")
    assert plan._currencies(raw) == [("CHF",), ("EUR",)]  # one source contradicts nobody
    raw.execute("insert into raw.orders (order_id, _source, currency) values ('o', 's2', 'EUR')")
    assert plan._currencies(raw) == [("EUR",)]


def test_what_an_earlier_version_kept_is_given_up_where_the_contract_has_grown(raw):
    create_raw_tables(raw)
    assert changes.are_kept(raw)
    raw.execute("alter table changes.calls drop column queue")
    create_raw_tables(raw)
    assert not changes.are_kept(raw)
    land(raw, "calls", "s1", datetime(2025, 1, 1), call_id="a", queue="q")
    assert raw.execute("select queue from raw.calls").fetchall() == [("q",)]


def test_a_build_that_is_killed_at_its_end_leaves_nothing_to_go_on_from(tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan, "fingerprint", killed)
    warehouse = Warehouse(tmp_path)
    with pytest.raises(KeyboardInterrupt), warehouse.connect() as connection:
        create_raw_tables(connection)
        plan.finish(warehouse, connection, {})
    with warehouse.connect() as connection:
        planned = plan.make_plan(warehouse, connection, {})
    assert planned.reason == "as there is no build to go on from"
