"""Which raw rows have to be computed anew: the closure of what changed over what is referred to.

A verdict on a row hangs on the other rows of the same person (a later call undoes a first call
resolution), and on rows that name it or that it names (a survey its call, a claim its order). So
what a changed row names is touched, all rows that name it are touched, and so on until nothing
more is. The ids stand in `touched.ids`, the rows in tables `touched.<raw table>`.
"""

from __future__ import annotations

import duckdb

from service_kpis.contract import tables
from service_kpis.sql import identifier, literal, scalar

THREADS: dict[str, dict[str, str]] = {
    "calls": {
        "call_id": "call",
        "callback_of": "call",
        "ticket_id": "ticket",
        "customer_id": "customer",
        "case when customer_id is null then caller_number end": "number",
    },
    "tickets": {"ticket_id": "ticket", "customer_id": "customer"},
    "ticket_events": {"event_id": "event", "ticket_id": "ticket"},
    "surveys": {
        "survey_id": "survey",
        "call_id": "call",
        "ticket_id": "ticket",
        "order_id": "order",
        "customer_id": "customer",
    },
    "orders": {"order_id": "order", "customer_id": "customer"},
    "order_items": {"order_id": "order"},
    "order_claims": {"claim_id": "claim", "order_id": "order"},
    "reviews": {"review_id": "review", "order_id": "order", "customer_id": "customer"},
    "subscriptions": {"subscription_id": "subscription", "customer_id": "customer"},
    "customers": {"customer_id": "customer"},
    "parties": {"identifier": "number", "customer_id": "customer", "caller_hash": "person"},
}
"""What ties rows together: expressions over raw tables, by the kind of id that they hold.

An id is one whatever source says it: that touches some rows too many, and none too few. Who calls
is known by the number only where the switch knew no customer.
"""

OWNERS = {
    "agents": ("agent_id", ("calls", "tickets", "ticket_events", "surveys")),
    "products": ("product_id", ("order_items",)),
}
"""Reference tables whose changed rows touch the rows that name them, but tie none together."""


_SCHEMAS = ("touched", "replaced")


def end(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what increments left."""
    for schema in _SCHEMAS:
        connection.execute(f"drop schema if exists {schema} cascade")


def start(connection: duckdb.DuckDBPyConnection) -> None:
    """Make schemas `touched` and `replaced` anew, with no id in them."""
    end(connection)
    for schema in _SCHEMAS:
        connection.execute(f"create schema {schema}")
    connection.execute("create table touched.ids (kind varchar, id varchar)")
    connection.execute("create or replace temp table _fresh_ids (kind varchar, id varchar)")
    for name in THREADS:
        connection.execute(
            f"create or replace temp table {_rows(name)} (_rowid bigint, is_fresh boolean)"
        )


def touch_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Touch what the changed rows name, as they were and as they are."""
    for name, threads in THREADS.items():
        _touch_ids(connection, _changed(name), threads)
    for name, (column, holders) in OWNERS.items():
        for holder in holders:
            connection.execute(
                f"insert into {_rows(holder)} select rowid, true from raw.{identifier(holder)} "
                f"where {column} in (select {column} from ({_changed(name)}))"
            )


def touch(connection: duckdb.DuckDBPyConnection, kind: str, ids: str) -> None:
    """Touch ids of a kind; `ids` is a select of one column."""
    connection.execute(f"insert into _fresh_ids select {literal(kind)}, * from ({ids})")


def close(connection: duckdb.DuckDBPyConnection) -> int:
    """Follow the threads to their ends; gives how many rows of the contract's tables it came to."""
    while _take_fresh_ids(connection):
        kinds = {
            kind
            for (kind,) in connection.execute("select distinct kind from _fresh_ids").fetchall()
        }
        for name, threads in THREADS.items():
            _find_rows(connection, name, {t: k for t, k in threads.items() if k in kinds})
        connection.execute("delete from _fresh_ids")
        for name, threads in THREADS.items():
            fresh = (
                f"select raw.* from raw.{identifier(name)} as raw "
                f"where rowid in (select _rowid from {_rows(name)} where is_fresh)"
            )
            _touch_ids(connection, fresh, threads)
            connection.execute(f"update {_rows(name)} set is_fresh = false where is_fresh")
    return sum(
        int(scalar(connection, f"select count(*) from {_rows(name)}"))
        for name in THREADS
        if name != "parties"
    )


def write_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Write to `touched` what the staging views make of the touched rows.

    Of tables without threads they make all rows: these are small.
    """
    for name in [*tables(), "parties"]:
        condition = f"where rowid in (select _rowid from {_rows(name)})" if name in THREADS else ""
        connection.execute(
            f"create or replace temp view {identifier(name)} as "
            f"select * from raw.{identifier(name)} {condition}"
        )
    views = connection.execute(
        "select view_name, sql from duckdb_views() "
        "where schema_name = 'staging' and database_name = current_database()"
    ).fetchall()
    database = scalar(connection, "select current_database()")
    for view, sql in views:
        _, _, query = sql.partition(" AS ")
        query = query.replace(f"{database}.raw.", "temp.main.")
        connection.execute(f"create table touched.{identifier(view)} as {query}")


def _rows(name: str) -> str:
    return identifier(f"_touched_{name}")


def _changed(name: str) -> str:
    """Select the changed rows of a raw table; one that landed again as it was is none.

    Which of several sources tells of a thing of the house hangs on which landed last, so there
    landing again what was known is a change.
    """
    if name not in tables():
        return f"select * from changes.{identifier(name)}"
    table = tables()[name]
    columns = ", ".join([*(identifier(column.name) for column in table.columns), "_source"])
    changed = (
        f"select {columns} from changes.{identifier(name)} group by all "
        "having count(*) filter (is_new) <> count(*) filter (not is_new)"
    )
    if not table.is_of_the_house:
        return changed
    key = ", ".join(identifier(column) for column in table.key)
    return (
        f"{changed} union all select {columns} from changes.{identifier(name)} "
        f"semi join (select {key} from raw.{identifier(name)} "
        f"group by all having count(*) > 1) as shared using ({key})"
    )


def _touch_ids(connection: duckdb.DuckDBPyConnection, rows: str, threads: dict[str, str]) -> None:
    if threads:
        ids = " union ".join(
            f"select {literal(kind)}, {thread} as id from rows where id is not null"
            for thread, kind in threads.items()
        )
        connection.execute(f"insert into _fresh_ids with rows as materialized ({rows}) {ids}")


def _take_fresh_ids(connection: duckdb.DuckDBPyConnection) -> int:
    """Keep of `_fresh_ids` those not touched yet, and touch them; gives how many.

    A caller's number ties calls together only where it is somebody's: a withheld one is nobody's.
    """
    connection.execute(
        """
        create or replace temp table _fresh_ids as
        select distinct kind, id
        from _fresh_ids
        where kind <> 'number'
            or id in (select identifier from raw.parties where kind = 'phone')
            or id in (select identifier from changes.parties where kind = 'phone')
        except
        select kind, id from touched.ids
        """
    )
    connection.execute("insert into touched.ids from _fresh_ids")
    return int(scalar(connection, "select count(*) from _fresh_ids"))


def _find_rows(connection: duckdb.DuckDBPyConnection, name: str, threads: dict[str, str]) -> None:
    """Add the rows of a raw table that a fresh id names."""
    if threads:
        named = " union ".join(
            f"select rowid as _rowid from raw.{identifier(name)} "
            f"where {thread} in (select id from _fresh_ids where kind = {literal(kind)})"
            for thread, kind in threads.items()
        )
        connection.execute(
            f"insert into {_rows(name)} select _rowid, true from ({named}) "
            f"where _rowid not in (select _rowid from {_rows(name)})"
        )
