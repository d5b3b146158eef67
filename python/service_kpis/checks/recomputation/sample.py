"""Where much has landed: a sample of days, with all that is known of the people of those days.

What a cell of a day says hangs on the rows of that day, on what they refer to, and on the past and
the future of their people. So all of that is drawn, and the cells of those days are recomputed. It
grows with the rows of a day and not with the days that landed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import accumulate

import duckdb

from service_kpis.checks.recomputation.calendar import first_instant
from service_kpis.checks.recomputation.landed import Landed
from service_kpis.contract import tables
from service_kpis.sql import identifier

ALL_ROWS_UP_TO = 1_000_000
"""So many landed rows are recomputed as a whole; they take seconds."""
RANDOM_DAYS = 2
ROWS_OF_DAYS = 200_000
"""Of more rows than these, in DATED_BY, there are fewer days, and one at least."""
MARGIN = timedelta(hours=1)
"""A clock that is put back over midnight gives the day before some more of its time."""
DRAWN = "drawn.raw"
"""The schema of the sample, in memory; `drawn.near` holds the rows of the days themselves."""
DATED_BY = {
    "calls": "started_at",
    "tickets": "created_at",
    "reviews": "posted_at",
    "orders": "ordered_at",
    "surveys": "sent_at",
}
ABOUT_PEOPLE = ("customers", "customer_identifiers")
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
        "churn_rate",
        "messaging_responsiveness",
        "retention_rate",
        "review_burst",
        "tickets_handled_per_agent_day",
    }
)
"""KPIs whose cell of a day hangs on more: stocks, terms that run, the weeks before, all agents; and
those that have no cell of a day."""


def is_wanted(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether more landed than is recomputed as a whole."""
    counts = " + ".join(f"(select count(*) from raw.{identifier(name)})" for name in tables())
    found = connection.execute(f"select {counts}").fetchone()
    return found is not None and found[0] > ALL_ROWS_UP_TO


def draw_days(connection: duckdb.DuckDBPyConnection, today: date) -> list[date]:
    """Draw the latest day that is over, and RANDOM_DAYS others that change with `today`.

    The others are fewer where they hold more than ROWS_OF_DAYS with the latest.
    """
    dated = " union all ".join(
        f"select cast({identifier(column)} as date) as day_on from raw.{identifier(name)}"
        for name, column in DATED_BY.items()
    )
    found = connection.execute(
        f"select day_on, count(*) from ({dated}) where day_on < $today group by day_on "
        "order by day_on = max(day_on) over () desc, md5(cast(day_on as varchar) || $today) "
        "limit $how_many",
        {"today": today, "how_many": 1 + RANDOM_DAYS},
    ).fetchall()
    totals = accumulate(rows for _, rows in found)
    return [
        day
        for position, ((day, _), total) in enumerate(zip(found, totals, strict=True))
        if not position or total <= ROWS_OF_DAYS
    ]


def draw(landed: Landed, days: list[date]) -> None:
    """Write into schema DRAWN what the cells of `days` hang on, the tables named as in raw."""
    connection = landed.connection
    spans = [
        (
            first_instant(landed, day) - MARGIN,
            first_instant(landed, day + timedelta(days=1)) + MARGIN,
        )
        for day in days
    ]
    connection.execute("attach ':memory:' as drawn (read_write)")
    connection.execute("create schema drawn.near")
    connection.execute(f"create schema {DRAWN}")
    for name in tables():
        connection.execute(_of_the_days(name, days, spans))
    for reference in REFERENCES:
        connection.execute(_referred_to(*reference))
    connection.execute(_people())
    connection.execute(_numbers())
    for name in sorted(tables().keys() - set(ABOUT_PEOPLE), key=GO_WITH.__contains__):
        connection.execute(_drawn(name))
    connection.execute(_parties())
    for name in ABOUT_PEOPLE:
        connection.execute(_about_people(name))
    connection.execute("drop schema drawn.near cascade")


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the sample."""
    connection.execute("detach drawn")


def _of_the_days(name: str, days: list[date], spans: list[tuple[datetime, datetime]]) -> str:
    """Take the rows with any date, or any time, in the days; `spans` are their instants in UTC."""
    within = []
    for column in tables()[name].columns:
        of_row = identifier(column.name)
        if column.data_type == "date":
            within += [f"{of_row} = date '{day}'" for day in days]
        elif column.data_type == "timestamp":
            within += [
                f"({of_row} >= timestamp '{start}' and {of_row} < timestamp '{end}')"
                for start, end in spans
            ]
    return (
        f"create table drawn.near.{identifier(name)} as "
        f"select * from raw.{identifier(name)} where {' or '.join(within) or 'false'}"
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


def _about_people(name: str) -> str:
    """Take what is known of the customers of all that is drawn."""
    drawn = (*WITH_CUSTOMER, "parties")
    customers = " union ".join(f"select customer_id from {DRAWN}.{table}" for table in drawn)
    return (
        f"create table {DRAWN}.{identifier(name)} as "
        f"select * from raw.{identifier(name)} where customer_id in ({customers})"
    )
