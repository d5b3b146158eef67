"""The tables of the published file, attached as `published`: written or brought up to date."""

from __future__ import annotations

import json

import duckdb

from service_kpis.progress import Progress
from service_kpis.sql import identifier, literal, scalar

PREFIXES = ("fct_", "dim_", "mart_", "daily_", "kpi_")
"""Of the tables in schema marts, those that leave the warehouse."""


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the tables and views of schema marts that are published, in order of name."""
    rows = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' "
        "union all "
        "select view_name from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts' order by all"
    ).fetchall()
    return [name for (name,) in rows if name.startswith(PREFIXES)]


def write(connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    """Write every published table with its comments to the file, which is empty."""
    tables = published_tables(connection)
    views = {name: query for name, (query, stays) in _views(connection, tables).items() if stays}
    comments = _comments(connection)
    connection.execute("create schema published.marts")
    for done, table in enumerate(sorted(tables, key=views.__contains__)):
        progress.count(done, len(tables), table)
        target = _target(table)
        kind = "view" if table in views else "table"
        query = views.get(table, f"from marts.{identifier(table)}")
        connection.begin()  # at once, as each comment by itself would wait for the disk
        connection.execute(f"create {kind} {target} as {query}")
        for column, comment in comments.get(table, ()):
            what = f"column {target}.{identifier(column)}" if column else f"{kind} {target}"
            connection.execute(f"comment on {what} is {literal(comment)}")
        connection.commit()


def has_the_columns(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the file has the published tables, and these their columns and comments."""
    columns = (
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name = 'marts' and database_name = "
    )
    here = connection.execute(f"{columns} current_database()").fetchall()
    there = connection.execute(f"{columns} 'published'").fetchall()
    return {row for row in here if row[0].startswith(PREFIXES)} == set(there)


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    """Do to the file, which holds the build before, what the increment since did to the marts.

    The rows that an increment replaced stand in schema `replaced`, each table with its key as
    comment; other tables are written anew.
    """
    tables = published_tables(connection)
    views = _views(connection, tables)
    keys = {
        table: json.loads(key)
        for table, key in connection.execute(
            "select table_name, comment from duckdb_tables() "
            "where database_name = current_database() and schema_name = 'replaced'"
        ).fetchall()
    }
    for done, table in enumerate(tables):
        progress.count(done, len(tables), table)
        query, stays = views.get(table, ("", False))
        periods = _only_table_read(connection, query) if query else None
        if stays:
            continue
        if table in keys:
            _replace_rows(connection, table, keys[table])
        elif periods in keys:
            _replace_periods(connection, table, str(periods))
        else:
            connection.execute(f"delete from {_target(table)}")
            connection.execute(
                f"insert into {_target(table)} by name from marts.{identifier(table)}"
            )


def _replace_rows(connection: duckdb.DuckDBPyConnection, table: str, key: list[str]) -> None:
    replaced = f"replaced.{identifier(table)}"
    is_same = " and ".join(
        f"standing.{identifier(column)} is not distinct from gone.{identifier(column)}"
        for column in key
    )
    connection.execute(
        f"delete from {_target(table)} as standing "
        f"using (select * from {replaced} where not is_new) as gone where {is_same}"
    )
    connection.execute(
        f"insert into {_target(table)} by name "
        f"select * exclude (is_new) from {replaced} where is_new"
    )


def _replace_periods(connection: duckdb.DuckDBPyConnection, table: str, periods: str) -> None:
    """Replace the cells of a KPI in the periods that its only model had rows replaced in."""
    of_rows = f"(select (grain, period_start) from replaced.{identifier(periods)})"
    touched = f"(grain, period_start) in {of_rows}"
    connection.execute(f"delete from {_target(table)} where {touched}")
    connection.execute(
        f"insert into {_target(table)} by name from marts.{identifier(table)} where {touched}"
    )


def _target(table: str) -> str:
    return f"published.marts.{identifier(table)}"


def _views(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, tuple[str, bool]]:
    """Give the queries of published views by name, and whether each stays a view.

    Those do that read published tables alone: a table of the same rows would take its time and its
    place. Any other is published as a table, as what it reads stays behind, or is a view itself.
    """
    home = f"{scalar(connection, 'select current_database()')}.marts."
    rows = connection.execute(
        "select view_name, sql from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall()
    queries = {name: sql.partition(" AS ")[2].rstrip(";") for name, sql in rows if name in tables}
    published = {home + table for table in tables}
    return {
        name: (
            query.replace(home, "marts."),
            not any(home + other in query for other in queries)
            and _tables_read(connection, query) <= published,
        )
        for name, query in queries.items()
    }


def _only_table_read(connection: duckdb.DuckDBPyConnection, query: str) -> str | None:
    """Name, without its schema, the table that a query reads; None where it reads others, too."""
    read = _tables_read(connection, query)
    return read.pop().rpartition(".")[2] if len(read) == 1 else None


def _tables_read(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    """Give the tables that a query reads; DuckDB follows views to theirs."""
    read = connection.get_table_names(query, qualified=True)
    return {table.partition(" AS ")[0] for table in read}  # an alias stands behind a table's name


def _comments(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str | None, str]]]:
    """Give the comments of schema marts by table, as (column or None for the table, comment)."""
    found: dict[str, list[tuple[str | None, str]]] = {}
    for table, column, comment in connection.execute(
        "select table_name, null, comment from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' "
        "union all "
        "select view_name, null, comment from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts' "
        "union all "
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall():
        if comment:
            found.setdefault(table, []).append((column, comment))
    return found
