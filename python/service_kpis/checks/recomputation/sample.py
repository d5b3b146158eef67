"""Where much has landed: a sample of days, with all that is known of the people of those days.

What a cell of a day says hangs on the rows of that day, on what they refer to, and on the past and
the future of their people. So all of that is drawn, and the cells of those days are recomputed.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from service_kpis.contract import tables
from service_kpis.sql import identifier

ALL_ROWS_UP_TO = 1_000_000
"""So many landed rows are recomputed as a whole; they take seconds."""
RANDOM_DAYS = 2
DRAWN = "drawn.raw"
"""The schema of the sample, in memory; `drawn.near` holds the rows of the days themselves."""
DATED_BY = {
    "calls": "started_at",
    "tickets": "created_at",
    "reviews": "posted_at",
    "orders": "ordered_at",
    "surveys": "sent_at",
}
WITH_CUSTOMER = ("calls", "tickets", "reviews", "orders", "subscriptions", "surveys")
REFERENCES = (
    ("surveys", "call_id", "calls", "call_id"),
    ("calls", "callback_of", "calls", "call_id"),
    ("calls", "call_id", "calls", "callback_of"),
    ("surveys", "ticket_id", "tickets", "ticket_id"),
    ("calls", "ticket_id", "tickets", "ticket_id"),
    ("ticket_events", "ticket_id", "tickets", "ticket_id"),
    ("tickets", "merged_into", "tickets", "ticket_id"),
    ("surveys", "order_id", "orders", "order_id"),
    ("reviews", "order_id", "orders", "order_id"),
    ("order_claims", "order_id", "orders", "order_id"),
)
"""Whose column names which rows of which table, by which of its columns."""
GO_WITH = {
    "calls": ("tickets", "ticket_id"),
    "ticket_events": ("tickets", "ticket_id"),
    "order_items": ("orders", "order_id"),
    "order_claims": ("orders", "order_id"),
    "reviews": ("orders", "order_id"),
}
"""Tables whose rows say something of another's row, and go with it."""
NOT_OF_A_DAY = frozenset(
    {
        "advocates",
        "average_revenue_per_user",
        "backlog",
        "messaging_responsiveness",
        "review_burst",
        "tickets_handled_per_agent_day",
    }
)
"""KPIs whose cell of a day hangs on more: stocks, terms that run, the weeks before, all agents."""


def is_wanted(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether more landed than is recomputed as a whole."""
    counts = " + ".join(f"(select count(*) from raw.{identifier(name)})" for name in tables())
    found = connection.execute(f"select {counts}").fetchone()
    return found is not None and found[0] > ALL_ROWS_UP_TO


def draw_days(connection: duckdb.DuckDBPyConnection, today: date) -> list[date]:
    """Draw the latest day that is over, and RANDOM_DAYS others that change with `today`."""
    dated = " union ".join(
        f"select cast({identifier(column)} as date) as day_on from raw.{identifier(name)}"
        for name, column in DATED_BY.items()
    )
    found = connection.execute(
        f"select day_on from ({dated}) where day_on < $today "
        "order by day_on = max(day_on) over () desc, md5(cast(day_on as varchar) || $today) "
        "limit $how_many",
        {"today": today, "how_many": 1 + RANDOM_DAYS},
    ).fetchall()
    return [day for (day,) in found]


def draw(connection: duckdb.DuckDBPyConnection, days: list[date]) -> None:
    """Write into schema DRAWN what the cells of `days` hang on, the tables named as in raw."""
    connection.execute("attach ':memory:' as drawn (read_write)")
    connection.execute("create schema drawn.near")
    connection.execute(f"create schema {DRAWN}")
    for name in tables():
        connection.execute(_of_the_days(name, days))
    for reference in REFERENCES:
        connection.execute(_referred_to(*reference))
    connection.execute(_people())
    connection.execute(_numbers())
    for name in sorted(tables(), key=GO_WITH.__contains__):
        connection.execute(_drawn(name))
    connection.execute(_parties())


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the sample."""
    connection.execute("detach drawn")


def _of_the_days(name: str, days: list[date]) -> str:
    """Take the rows with any time in the days, of any time zone."""
    times = [
        identifier(column.name)
        for column in tables()[name].columns
        if column.data_type in ("timestamp", "date")
    ]
    spans = [(day - timedelta(days=1), day + timedelta(days=2)) for day in days]
    within = " or ".join(
        f"({time} >= date '{start}' and {time} < date '{end}')"
        for time in times
        for start, end in spans
    )
    return (
        f"create table drawn.near.{identifier(name)} as "
        f"select * from raw.{identifier(name)} where {within or 'false'}"
    )


def _referred_to(referring: str, reference: str, target: str, column: str) -> str:
    near = f"drawn.near.{identifier(target)}"
    return (
        f"insert into {near} select * from raw.{identifier(target)} where {identifier(column)} in "
        f"(select {identifier(reference)} from drawn.near.{identifier(referring)}) "
        f"except select * from {near}"
    )


def _people() -> str:
    """Name the customers of the rows: told, or known by the number of a call."""
    return "create table drawn.near.people as " + " union ".join(
        [
            *(f"select customer_id from drawn.near.{identifier(name)}" for name in WITH_CUSTOMER),
            f"select customer_id from ({_callers()})",
        ]
    )


def _numbers() -> str:
    """Name the numbers of the people, and those that nobody is known by, however written."""
    return (
        "create table drawn.near.numbers as "
        "select source_name as _source, identifier as caller_number from raw.parties "
        f"where kind = 'phone' and caller_hash in (select caller_hash from ({_callers()}) union "
        "select caller_hash from raw.parties semi join drawn.near.people using (customer_id))"
    )


def _callers() -> str:
    return (
        "select parties.* from raw.parties semi join drawn.near.calls on parties.kind = 'phone' "
        "and parties.source_name = calls._source and parties.identifier = calls.caller_number"
    )


def _drawn(name: str) -> str:
    """Take the rows of the days, those of their people, and what goes with what is taken."""
    raw, near = f"raw.{identifier(name)}", f"drawn.near.{identifier(name)}"
    key = identifier(tables()[name].key[0])
    if name not in GO_WITH and name not in WITH_CUSTOMER:
        return f"create table {DRAWN}.{identifier(name)} as select * from {raw}"
    keys = [f"select {key} from {near}"]
    if name in WITH_CUSTOMER:
        keys.append(f"select {key} from {raw} semi join drawn.near.people using (customer_id)")
    if name in GO_WITH:
        whole, reference = GO_WITH[name]
        keys.append(f"select {key} from {raw} semi join {DRAWN}.{whole} using ({reference})")
    if name == "calls":
        numbers = "drawn.near.numbers using (_source, caller_number)"
        keys.append(f"select {key} from {raw} semi join {numbers}")
    taken = " union ".join(keys)
    return (
        f"create table {DRAWN}.{identifier(name)} as select * from {raw} where {key} in ({taken})"
    )


def _parties() -> str:
    """Take who is who of agents, of the people, and of whoever the switch knew in a drawn call."""
    return (
        f"create table {DRAWN}.parties as "
        "select * from raw.parties where kind = 'agent' "
        "union select * from raw.parties semi join drawn.near.people using (customer_id) "
        f"union select * from raw.parties semi join {DRAWN}.calls using (customer_id) "
        "union select parties.* from raw.parties semi join drawn.near.numbers on "
        "parties.source_name = numbers._source and parties.identifier = numbers.caller_number"
    )
