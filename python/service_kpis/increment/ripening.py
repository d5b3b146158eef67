"""What time ripens: rows whose verdict turns with `as_of`, though nobody changed them."""

from __future__ import annotations

from datetime import datetime

import duckdb

from service_kpis.contract import Table, tables
from service_kpis.increment.closure import touch
from service_kpis.sql import identifier, scalar

_RIPE_AT = (
    ("call", "marts.fct_calls", "call_id", "matures_at"),
    ("ticket", "marts.fct_tickets", "ticket_id", "matures_at"),
    ("ticket", "marts.fct_email_tickets", "ticket_id", "matures_at"),
    ("order", "marts.fct_orders", "order_id", "matures_at"),
    ("order", "marts.fct_orders", "order_id", "ship_by"),
    ("order", "marts.fct_orders", "order_id", "deliver_by"),
    ("person", "marts.mart_customer_journeys", "caller_hash", "matures_at"),
    ("subscription", "marts.fct_subscriptions", "subscription_id", "matures_on"),
    ("subscription", "marts.fct_subscriptions", "subscription_id", "starts_on"),
    ("subscription", "marts.fct_subscriptions", "subscription_id", "ended_on"),
)
"""Kind of id, model, its column, and the instant or day at which a verdict may turn."""


def touch_ripened(
    connection: duckdb.DuckDBPyConnection, before: datetime, now: datetime, active_days: int
) -> None:
    """Touch every row that may have turned from `before` to `now`, both UTC and without a zone.

    An order makes its customer active for `active_days`. A day too many at each end costs little:
    days are local, and what did not turn stays.
    """
    columns = set(
        connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where database_name = current_database()"
        ).fetchall()
    )
    days = f"between {_at(before)}::date - 1 and {_at(now)}::date + 1"
    for kind, model, column, turn in _RIPE_AT:
        if (model, turn) not in columns:  # a project of fewer models has fewer verdicts
            continue
        turned = (
            f"cast({turn} as timestamp) between {_at(before)} and {_at(now)}"
            if turn.endswith(("_at", "_by"))
            else f"{turn} {days}"
        )
        touch(connection, kind, f"select {column} from {model} where {turned}")
    if ("marts.fct_customer_periods", "is_retained") in columns:
        for begins_or_ends in (1, active_days + 1):
            turned = f"ordered_on + {begins_or_ends} {days}"
            touch(connection, "order", f"select order_id from marts.fct_orders where {turned}")


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
