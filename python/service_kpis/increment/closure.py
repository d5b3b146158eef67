"""Which raw rows have to be computed anew: the closure of what changed over what is referred to.

A verdict on a row hangs on the other rows of the same person (a later call undoes a first call
resolution), and on rows that name it or that it names (a survey its call, a claim its order). So
what a changed row names is touched, all rows that name it are touched, and so on until nothing
more is. The ids stand in `touched.ids`, the rows in tables `touched.<raw table>`.

On the way an id is a whole number, its hash, and so is a row: texts would be read and compared in
every round. Two ids of one hash touch some rows too many, and none too few.
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
_ROWS_OF_A_TABLE = 2**40
"""The places of a raw table's rows among those of all begin at a multiple of it."""


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


def touch_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Touch what the changed rows name, as they were and as they are."""
    for name, threads in THREADS.items():
        _touch_named(connection, _changed(name), threads)
    for name, (column, holders) in OWNERS.items():
        owned = f"where {column} in (select {column} from ({_changed(name)}))"
        for holder in holders:
            held = f"select * from raw.{identifier(holder)} {owned}"
            _touch_named(connection, held, THREADS[holder])


def touch(connection: duckdb.DuckDBPyConnection, kind: str, ids: str) -> None:
    """Touch ids of a kind; `ids` is a select of one column."""
    connection.execute(f"insert into touched.ids select {literal(kind)}, * from ({ids})")


def close(connection: duckdb.DuckDBPyConnection) -> int:
    """Follow the threads to their ends; gives how many rows of the contract's tables it came to."""
    _tie(connection)
    _follow(connection)
    for number, name in enumerate(THREADS):
        first = number * _ROWS_OF_A_TABLE
        connection.execute(
            f"create or replace temp table {_rows(name)} as select place - {first} as _rowid "
            f"from _touched_places where place between {first} and {first + _ROWS_OF_A_TABLE - 1}"
        )
        _touch_named(connection, _touched(name), THREADS[name])
    connection.execute("create or replace table touched.ids as select distinct * from touched.ids")
    for table in ("_ties", "_touched_places", "_touched_ties"):
        connection.execute(f"drop table temp.{table}")
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
        rows = _touched(name) if name in THREADS else f"select * from raw.{identifier(name)}"
        connection.execute(f"create or replace temp view {identifier(name)} as {rows}")
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


def _touched(name: str) -> str:
    """Select the touched rows of a raw table."""
    return f"select * from raw.{identifier(name)} where rowid in (select _rowid from {_rows(name)})"


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


_IS_OF_SOMEBODY = (
    "id in (select identifier from raw.parties where kind = 'phone' "
    "union all select identifier from changes.parties where kind = 'phone')"
)
"""A caller's number ties calls together only where it is somebody's: a withheld one is nobody's."""


def _touch_named(connection: duckdb.DuckDBPyConnection, rows: str, threads: dict[str, str]) -> None:
    """Touch the ids that rows name."""
    ids = " union ".join(
        f"select {literal(kind)}, {thread} as id from rows where id is not null"
        for thread, kind in threads.items()
    )
    connection.execute(f"insert into touched.ids with rows as materialized ({rows}) {ids}")


def _tie(connection: duckdb.DuckDBPyConnection) -> None:
    """Write down in `_ties` which rows of raw, by their places, name which ids, by their hashes."""
    ties = " union all ".join(
        f"select rowid + {number * _ROWS_OF_A_TABLE} as place, hash({literal(kind)}, id) as tie "
        f"from (select rowid, {thread} as id from raw.{identifier(name)}) "
        f"where {_IS_OF_SOMEBODY if kind == 'number' else 'id is not null'}"
        for number, (name, threads) in enumerate(THREADS.items())
        for thread, kind in threads.items()
    )
    connection.execute(f"create or replace temp table _ties as {ties}")


def _follow(connection: duckdb.DuckDBPyConnection) -> None:
    """Come from the touched ids to all that is tied to them, in `_touched_places`."""
    connection.execute("create or replace temp table _touched_places (place bigint)")
    connection.execute(
        "create or replace temp table _touched_ties as "
        "select distinct hash(kind, id) as tie from touched.ids "
        f"where kind <> 'number' or {_IS_OF_SOMEBODY}"
    )
    connection.execute("create or replace temp table _fresh_ties as from _touched_ties")
    connection.execute("create or replace temp table _fresh_places (place bigint)")
    while scalar(connection, "select count(*) from _fresh_ties"):
        connection.execute(
            "create or replace temp table _fresh_places as "
            "select distinct place from _ties semi join _fresh_ties using (tie) "
            "anti join _touched_places using (place)"
        )
        connection.execute("insert into _touched_places from _fresh_places")
        connection.execute(
            "create or replace temp table _fresh_ties as "
            "select distinct tie from _ties semi join _fresh_places using (place) "
            "anti join _touched_ties using (tie)"
        )
        connection.execute("insert into _touched_ties from _fresh_ties")
    for table in ("_fresh_places", "_fresh_ties"):
        connection.execute(f"drop table temp.{table}")
