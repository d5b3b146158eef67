"""What time ripens: rows whose verdict turns with `as_of`, though nobody changed them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb

from service_kpis.contract import Table, tables
from service_kpis.increment.closure import touch
from service_kpis.sql import identifier, scalar

_RIPE_AT = (
    ("call", "fct_calls", "call_id", "matures_at", "is_first_call_resolved is null"),
    ("ticket", "fct_tickets", "ticket_id", "matures_at", "is_answered_in_time is null"),
    ("ticket", "fct_email_tickets", "ticket_id", "matures_at", "is_followed_by_call is null"),
    ("order", "fct_orders", "order_id", "matures_at", "is_defective is null"),
    ("order", "fct_orders", "order_id", "ship_by", "is_shipped_on_time is null"),
    ("order", "fct_orders", "order_id", "deliver_by", "is_delivered_on_time is null"),
    ("person", "mart_customer_journeys", "caller_hash", "matures_at", "is_pivoted is null"),
    ("subscription", "fct_subscriptions", "subscription_id", "matures_on", "is_renewed is null"),
    ("subscription", "fct_subscriptions", "subscription_id", "ended_on", "not is_ended"),
)
"""Kind of id, mart, its column, the instant or day at which a verdict turns, and of which rows."""


def touch_ripened(
    connection: duckdb.DuckDBPyConnection, before: datetime, before_on: date, now: datetime
) -> None:
    """Touch every row that may have turned since the build before.

    `before` and `now` are instants in UTC, without a zone, `before_on` is the local day of the
    first. That of `now` is not known: it is at most one day later than in UTC.
    """
    columns = set(
        connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'marts'"
        ).fetchall()
    )
    last_on = now.date() + timedelta(days=1)
    for kind, mart, column, turn, is_unripe in _RIPE_AT:
        if (mart, turn) not in columns:  # a project of fewer models has fewer verdicts
            continue
        turned = (
            f"cast({turn} as timestamp) between {_at(before)} and {_at(now)}"
            if turn.endswith(("_at", "_by"))
            else f"{turn} > date '{before_on}' and {turn} <= date '{last_on}'"
        )
        unripe = f"select {column} from marts.{mart} where {is_unripe}"
        touch(connection, kind, f"{unripe} and {turned}")
    if ("fct_customer_periods", "is_retained") in columns:
        _touch_turned_active(connection, before_on, last_on)


def _touch_turned_active(
    connection: duckdb.DuckDBPyConnection, before_on: date, last_on: date
) -> None:
    """Touch customers who began or ceased to be active by the end of an open period.

    Such a period is seen at the end of `as_of`'s day, the next midnight. These customers are of a
    kind of their own: only their periods turn, so that none of their rows has to be followed.
    """
    midnights = f"between date '{before_on}' + 2 and date '{last_on}' + 1"
    spans = (
        "select customer_id from intermediate.int_customers_active "
        f"where active_from {midnights} or active_until {midnights}"
    )
    touch(connection, "turning customer", spans)
    touch(
        connection,
        "turning person",
        f"select customer_hash from intermediate.int_customers where customer_id in ({spans})",
    )


def latest_change(connection: duckdb.DuckDBPyConnection, *, is_new: bool) -> datetime | None:
    """Give the latest instant at which something happened in rows that came, or in those gone.

    A row that came and went again between two builds did not come. Of a thing of the house that
    several sources tell of, what another told after has gone, though its row stands.
    """
    signs = "count(*) filter (is_new) - count(*) filter (not is_new)"
    instants = []
    for table in tables().values():
        if columns := ", ".join(_instants(table)):
            rows = (
                f"select {columns} from changes.{identifier(table.name)} "
                f"group by all having {signs} {'>' if is_new else '<'} 0"
            )
            if table.is_of_the_house:
                rows += f" union all select {columns} from ({_told_of(table, is_new=is_new)})"
            instants.append(f"select max(greatest({columns})) as happened_at from ({rows})")
    latest: datetime | None = scalar(
        connection, f"select max(happened_at) from ({' union all '.join(instants)})"
    )
    return latest


def _told_of(table: Table, *, is_new: bool) -> str:
    """Select what any source tells of the changed things of the house, or what is outdone of it."""
    raw = f"raw.{identifier(table.name)}"
    key = ", ".join(identifier(column) for column in table.key)
    told = f"select * from {raw} semi join changes.{identifier(table.name)} using ({key})"
    if is_new:
        return told
    return (
        f"select told.* from ({told}) as told semi join {raw} as later on "
        + "".join(f"told.{identifier(c)} = later.{identifier(c)} and " for c in table.key)
        + "(told._landed_at, told._source) < (later._landed_at, later._source)"
    )


def is_told_by_an_instant(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether raw holds anything that happened at an instant, and not just bare dates."""
    return any(
        scalar(connection, f"select exists (from raw.{identifier(table.name)})")
        for table in tables().values()
        if _instants(table)
    )


def _instants(table: Table) -> list[str]:
    """Name the columns of when something happened; a promise is nothing that did."""
    return [
        identifier(column.name)
        for column in table.columns
        if column.data_type == "timestamp" and not column.is_promise
    ]


def _at(instant: datetime) -> str:
    return f"timestamp '{instant.isoformat(sep=' ')}'"
