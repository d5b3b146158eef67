"""What time ripens, and how far it has gone: from hand-made rows to the ids that are touched."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest

from service_kpis.increment import changes, closure, plan, ripening
from service_kpis.landing import create_raw_tables
from service_kpis.warehouse import Warehouse

BEFORE, BEFORE_ON, NOW = datetime(2025, 3, 10, 12), date(2025, 3, 10), datetime(2025, 3, 12, 12)
MARTS = {
    "fct_calls": "call_id varchar, matures_at timestamp, is_first_call_resolved boolean",
    "fct_tickets": "ticket_id varchar, matures_at timestamp, is_answered_in_time boolean",
    "fct_email_tickets": "ticket_id varchar, matures_at timestamp, is_followed_by_call boolean",
    "fct_orders": "order_id varchar, "
    "matures_at timestamp, ship_by timestamp, deliver_by timestamp, is_defective boolean, "
    "is_shipped_on_time boolean, is_delivered_on_time boolean",
    "mart_customer_journeys": "caller_hash varchar, matures_at timestamp, is_pivoted boolean",
    "fct_subscriptions": "subscription_id varchar, ended_on date, matures_on date, "
    "is_ended boolean, is_renewed boolean",
}
INSTANTS = {  # those of the span are its bounds, too
    "'2025-03-10 11:59:59'": False,
    "'2025-03-10 12:00:00'": True,
    "'2025-03-12 12:00:00'": True,
    "'2025-03-12 12:00:01'": False,
}
DAYS = {  # judged on the 10th; noon of the 12th in UTC may be the 13th
    "'2025-03-10'": False,
    "'2025-03-11'": True,
    "'2025-03-13'": True,
    "'2025-03-14'": False,
}
MIDNIGHTS = {  # an open period is seen at the midnight after as_of's day
    "'2025-03-11'": False,
    "'2025-03-12'": True,
    "'2025-03-14'": True,
    "'2025-03-15'": False,
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
        for mart, columns in MARTS.items():
            connection.execute(f"create table marts.{mart} ({columns})")
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
    ("kind", "mart", "turn", "verdict"),
    [
        ("call", "fct_calls", "matures_at", "is_first_call_resolved"),
        ("ticket", "fct_tickets", "matures_at", "is_answered_in_time"),
        ("ticket", "fct_email_tickets", "matures_at", "is_followed_by_call"),
        ("order", "fct_orders", "matures_at", "is_defective"),
        ("order", "fct_orders", "ship_by", "is_shipped_on_time"),
        ("order", "fct_orders", "deliver_by", "is_delivered_on_time"),
        ("person", "mart_customer_journeys", "matures_at", "is_pivoted"),
    ],
)
def test_what_turns_in_the_span_is_touched(marts, kind, mart, turn, verdict):
    key = MARTS[mart].partition(" ")[0]
    for at in INSTANTS:
        marts.execute(f"insert into marts.{mart} ({key}, {turn}) values ({at}, {at})")
    marts.execute(
        f"insert into marts.{mart} ({key}, {turn}, {verdict}) "
        "values ('judged', '2025-03-12', true), ('judged, too', '2025-03-12', false)"
    )
    ripening.touch_ripened(marts, BEFORE, BEFORE_ON, NOW)
    assert touched(marts, kind) == {at.strip("'") for at, turns in INSTANTS.items() if turns}


@pytest.mark.parametrize(
    ("turn", "verdict", "unripe"),
    [("ended_on", "is_ended", "false"), ("matures_on", "is_renewed", "null")],
)
def test_a_term_that_turns_on_a_day_since_is_touched(marts, turn, verdict, unripe):
    for day in DAYS:
        marts.execute(
            f"insert into marts.fct_subscriptions (subscription_id, {turn}, {verdict}) "
            f"values ({day}, {day}, {unripe}), ('judged', {day}, true)"
        )
    ripening.touch_ripened(marts, BEFORE, BEFORE_ON, NOW)
    expected = {day.strip("'") for day, turns in DAYS.items() if turns}
    assert touched(marts, "subscription") == expected


@pytest.mark.parametrize("bound", ["active_from", "active_until"])
def test_customers_turn_with_the_end_of_the_day(marts, bound):
    marts.execute("create schema intermediate")
    marts.execute(
        "create table intermediate.int_customers_active "
        "(customer_id varchar, active_from date, active_until date)"
    )
    for day in MIDNIGHTS:
        marts.execute(
            "insert into intermediate.int_customers_active by name "
            f"select {day} as customer_id, {day} as {bound}"
        )
    marts.execute(
        "create table intermediate.int_customers as "
        "select customer_id, 'hash of ' || customer_id as customer_hash "
        "from intermediate.int_customers_active"
    )
    ripening.touch_ripened(marts, BEFORE, BEFORE_ON, NOW)
    assert touched(marts, "turning customer") == set()  # where nobody asks who is active
    marts.execute("create table marts.fct_customer_periods (is_retained boolean)")
    ripening.touch_ripened(marts, BEFORE, BEFORE_ON, NOW)
    expected = {day.strip("'") for day, turns in MIDNIGHTS.items() if turns}
    assert touched(marts, "turning customer") == expected
    assert touched(marts, "turning person") == {f"hash of {day}" for day in expected}


def test_a_model_that_is_not_there_ripens_nothing(marts):
    marts.execute("drop table marts.fct_email_tickets")
    marts.execute("insert into marts.fct_tickets values ('t', '2025-03-11', null)")
    ripening.touch_ripened(marts, BEFORE, BEFORE_ON, NOW)
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
