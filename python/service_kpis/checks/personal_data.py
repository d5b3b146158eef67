"""Nothing that is published may tell who a customer or caller is."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from service_kpis.landing.sql import identifier, literal
from service_kpis.outcome import Check
from service_kpis.publishing import published_tables

E_MAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
DIGITS_OF_A_PHONE = 7
"""Shorter texts, such as an extension, are the same as a queue's or agent's number by chance."""
SHARE_OF_A_LEAK = 0.5
"""A column that holds customer ids holds them mostly; an order's id is one by chance."""
PEOPLE = ("customer", "caller")


def check(connection: duckdb.DuckDBPyConnection) -> Iterator[Check]:
    """Look for e-mail addresses, known telephone numbers and known customer ids in the marts.

    Every text column of a published table is searched by its distinct values. Gives a check a kind
    of identifier; `failed_rows` counts the distinct values found.
    """
    columns = _text_columns(connection)
    has_parties = _has_parties(connection)
    yield _check(
        "e_mails",
        "e-mail addresses",
        {column: _e_mails(connection, *column) for column in columns},
    )
    if has_parties:
        yield _check(
            "telephone_numbers",
            "telephone numbers of callers",
            {column: _telephone_numbers(connection, *column) for column in columns},
        )
        yield _check(
            "customer_ids",
            "ids of customers in the clear",
            {
                column: _customer_ids(connection, *column)
                for column in columns
                if not _is_id_of_another_thing(column[1])
            },
        )


def _check(name: str, what: str, found: dict[tuple[str, str], int]) -> Check:
    leaks = [f"{table}.{column}" for (table, column), count in found.items() if count]
    told = f", but {', '.join(leaks[:3])} {'does' if len(leaks) == 1 else 'do'}" if leaks else ""
    return Check(
        name=f"personal_data.{name}",
        severity="error",
        passed=not leaks,
        failed_rows=sum(found.values()),
        message=f"No published column holds {what}{told}.",
    )


def _is_id_of_another_thing(column: str) -> bool:
    return column.endswith(("_id", "_key")) and not column.startswith(PEOPLE)


def _text_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    published = set(published_tables(connection))
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts' "
        "and data_type = 'VARCHAR' order by table_name, column_index"
    ).fetchall()
    return [(table, column) for table, column in rows if table in published]


def _has_parties(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(
        connection.execute(
            "select 1 from duckdb_tables() where database_name = current_database() "
            "and schema_name = 'raw' and table_name = 'parties'"
        ).fetchone()
    )


def _values(table: str, column: str) -> str:
    name = identifier(column)
    return (
        f"(select distinct {name} as value from marts.{identifier(table)} where {name} is not null)"
    )


def _e_mails(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    return _count(
        connection,
        f"select count(*) from {_values(table, column)} "
        f"where value like '%@%' and regexp_matches(value, {literal(E_MAIL)})",
    )


def _telephone_numbers(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    return _count(
        connection,
        f"select count(*) from {_values(table, column)} where value in ("
        "select unnest([identifier, normalised]) from raw.parties where kind = 'phone') "
        f"and length(regexp_replace(value, '[^0-9]', '', 'g')) >= {DIGITS_OF_A_PHONE}",
    )


def _customer_ids(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    """Count the customer ids, where the column is mostly made of them."""
    return _count(
        connection,
        "select case when count(known.identifier) > count(*) * "
        f"{SHARE_OF_A_LEAK} and count(*) > 2 then count(known.identifier) else 0 end "
        f"from {_values(table, column)} as held left join ("
        "select distinct identifier from raw.parties where kind = 'customer') as known "
        "on held.value = known.identifier",
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
