"""Rewrite a DuckDB file without a person: what is deleted stays in a file's free blocks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from service_kpis import state
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import busy

Row = tuple[str, str]
"""A schema and a table."""
Select = Callable[[duckdb.DuckDBPyConnection, str, str, list[str]], str]
"""(connection, schema, table, its text columns) → what to select from `old` for it."""


def rewrite(path: Path, select: Select) -> None:
    """Write every schema, table, view and comment of a DuckDB file anew, and replace it.

    Each table holds what `select` gives of it, in its order. Who has the old file open keeps it.
    Raises WarehouseBusyError where another process holds the file.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    spilled = draft.with_name(f"{draft.name}.spilled.tmp")
    draft.unlink(missing_ok=True)
    try:
        with duckdb.connect(config={"temp_directory": str(spilled)}) as connection:
            _attach(connection, path)
            connection.execute(f"attach {literal(str(draft))} as fresh")
            _copy(connection, path.stem, select)
            connection.execute("checkpoint fresh")
            connection.execute("use memory")
            connection.execute("detach fresh")
        state.sync(draft)
        shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        shutil.rmtree(spilled, ignore_errors=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    state.sync(path.parent)


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach under the file's own name, which views and dbt call it by."""
    try:
        connection.execute(f"attach {literal(str(path))} as {identifier(path.stem)} (read_only)")
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise busy(path.parent, "") from None
        raise


def _copy(connection: duckdb.DuckDBPyConnection, old: str, select: Select) -> None:
    tables = connection.execute(
        "select schema_name, table_name, sql from duckdb_tables() "
        "where database_name = ? and not internal order by table_oid",
        [old],
    ).fetchall()
    views = connection.execute(
        "select schema_name, view_name, sql from duckdb_views() "
        "where database_name = ? and not internal order by view_oid",
        [old],
    ).fetchall()
    connection.execute("use fresh")
    schemas = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = ? and not internal", [old]
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f"create schema if not exists fresh.{identifier(schema)}")
    texts = _text_columns(connection, old)
    for schema, table, sql in tables:
        connection.execute(sql)
        # Who selects names the old file's table; what it selects has the same columns.
        connection.execute(f"use {identifier(old)}")
        query = select(connection, schema, table, texts.get((schema, table), []))
        connection.execute(f"insert into fresh.{_name(schema, table)} {query}")
        connection.execute("use fresh")
    views_and_words = [sql for _, _, sql in views]
    views_and_words += [*_macros(connection, old), *_comments(connection, old)]
    connection.begin()  # thousands of statements would each wait for the disk
    for statement in views_and_words:
        connection.execute(statement)
    connection.commit()


def _name(schema: str, table: str) -> str:
    return f"{identifier(schema)}.{identifier(table)}"


def _text_columns(connection: duckdb.DuckDBPyConnection, old: str) -> dict[Row, list[str]]:
    found: dict[Row, list[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = ? and not internal and data_type = 'VARCHAR' "
        "order by schema_name, table_name, column_index",
        [old],
    ).fetchall():
        found.setdefault((schema, table), []).append(column)
    return found


def _macros(connection: duckdb.DuckDBPyConnection, old: str) -> list[str]:
    """Give the statements that make the macros: a published file says by one what it is."""
    rows = connection.execute(
        "select schema_name, function_name, function_type, parameters, macro_definition "
        "from duckdb_functions() where database_name = ? and not internal",
        [old],
    ).fetchall()
    return [
        f"create macro fresh.{_name(schema, name)}({', '.join(map(identifier, parameters))}) as "
        f"{'table ' if kind == 'table_macro' else ''}{definition}"
        for schema, name, kind, parameters, definition in rows
    ]


def _comments(connection: duckdb.DuckDBPyConnection, old: str) -> list[str]:
    """Give the statements that set the comments of tables, views and their columns."""
    rows = connection.execute(
        """
        select 'table', schema_name, table_name, null, comment
        from duckdb_tables() where database_name = $old and comment is not null
        union all
        select 'view', schema_name, view_name, null, comment
        from duckdb_views() where database_name = $old and comment is not null and not internal
        union all
        select 'column', schema_name, table_name, column_name, comment
        from duckdb_columns() where database_name = $old and comment is not null
        """,
        {"old": old},
    ).fetchall()
    return [
        f"comment on {kind} fresh.{_name(schema, table)}"
        f"{'.' + identifier(column) if column else ''} is {literal(comment)}"
        for kind, schema, table, column, comment in rows
    ]


def replaced(column: str, tokens: Mapping[str, str]) -> str:
    """Give SQL of a text column with tokens in the place of their identifiers."""
    name = identifier(column)
    if not tokens:
        return name
    whens = " ".join(f"when {literal(old)} then {literal(new)}" for old, new in tokens.items())
    return f"case {name} {whens} else {name} end"
