"""The small change of SQL that Python writes: quoted names, quoted texts."""

from __future__ import annotations

from typing import Any

import duckdb


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def scalar(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[object] | None = None
) -> Any:
    """Run a query of one value."""
    row = connection.execute(sql, parameters or []).fetchone()
    return row[0] if row else None
