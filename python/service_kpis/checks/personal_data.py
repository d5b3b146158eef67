"""Nothing that is published may tell who a customer or caller is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from service_kpis.landing.sql import identifier, literal
from service_kpis.outcome import Check
from service_kpis.publishing import published_tables

E_MAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
DIGITS_OF_A_PHONE = 7
"""Shorter texts, such as an extension, are the same as a queue's or agent's number by chance."""
SHARE_OF_A_LEAK = 0.5
"""A column that holds customer ids holds them mostly; a client's name is one by chance."""
PEOPLE = ("customer", "caller")


@dataclass(frozen=True)
class Found:
    """How many distinct values of a published column are what they must not be."""

    column: str
    e_mails: int
    telephone_numbers: int
    customer_ids: int


def check(connection: duckdb.DuckDBPyConnection) -> Iterator[Check]:
    """Look for e-mail addresses, known telephone numbers and known customer ids in the marts.

    Every text column of a published table is searched by its distinct values. Gives a check a kind
    of identifier; `failed_rows` counts the distinct values found.
    """
    _know_people(connection)
    found = [_search(connection, table, column) for table, column in _text_columns(connection)]
    yield _check("e_mails", "e-mail addresses", {each.column: each.e_mails for each in found})
    yield _check(
        "telephone_numbers",
        "telephone numbers of callers",
        {each.column: each.telephone_numbers for each in found},
    )
    yield _check(
        "customer_ids",
        "ids of customers in the clear",
        {each.column: each.customer_ids for each in found},
    )


def _check(name: str, what: str, found: dict[str, int]) -> Check:
    leaks = [column for column, count in found.items() if count]
    told = f", but {', '.join(leaks[:3])} {'does' if len(leaks) == 1 else 'do'}" if leaks else ""
    return Check(
        name=f"personal_data.{name}",
        severity="error",
        passed=not leaks,
        failed_rows=sum(found.values()),
        message=f"personal_data.{name}: no published column holds {what}{told}.",
    )


def _know_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the known identifiers once, as temporary tables; none where nothing is landed."""
    has_parties = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'raw' and table_name = 'parties'"
    ).fetchone()
    source = (
        "raw.parties" if has_parties else "(select '' as kind, '' as identifier, '' as normalised)"
    )
    connection.execute(
        "create or replace temp table known_numbers as select distinct value from ("
        f"select unnest([identifier, normalised]) as value from {source} where kind = 'phone') "
        f"where length(regexp_replace(value, '[^0-9]', '', 'g')) >= {DIGITS_OF_A_PHONE}"
    )
    connection.execute(
        "create or replace temp table known_customers as "
        f"select distinct identifier as value from {source} where kind = 'customer'"
    )


def _text_columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    published = set(published_tables(connection))
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts' "
        "and data_type = 'VARCHAR' order by table_name, column_index"
    ).fetchall()
    return [(table, column) for table, column in rows if table in published]


def _search(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> Found:
    """Count what a column must not hold; an order's id may be a customer's, too, by chance."""
    name = identifier(column)
    row = connection.execute(
        f"with held as (select distinct {name} as value from marts.{identifier(table)} "
        f"where {name} is not null) "
        "select count(*), "
        f"count(*) filter (value like '%@%' and regexp_matches(value, {literal(E_MAIL)})), "
        "count(*) filter (value in (select value from known_numbers)), "
        "count(*) filter (value in (select value from known_customers)) "
        "from held"
    ).fetchone()
    values, e_mails, numbers, customers = row or (0, 0, 0, 0)
    is_id_of_another_thing = column.endswith(("_id", "_key")) and not column.startswith(PEOPLE)
    is_leak = customers > max(2, values * SHARE_OF_A_LEAK) and not is_id_of_another_thing
    return Found(f"{table}.{column}", e_mails, numbers, customers if is_leak else 0)
