"""What a user wrote in SQL is data, not a program: parse it, and refuse what reaches outside."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import duckdb

from service_kpis.errors import InputError
from service_kpis.landing.functions import EXPRESSIONS, FUNCTIONS, TABLE_FUNCTIONS
from service_kpis.sql import identifier

_TABLE_KINDS = frozenset({"EMPTY", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "PIVOT"})
_NAMES_SHOWN = 20
_DIGITS_OF_DATA = 5
"""No column's name holds as many, and every date and telephone number does."""
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII | re.IGNORECASE)
_SYSTEM_NAME = re.compile(r"(duckdb_|pg_|pragma_|sqlite_|information_schema)", re.IGNORECASE)
_SESSION_NAMES = frozenset(
    {"current_catalog", "current_role", "current_schema", "current_user", "session_user", "user"}
)
"""What DuckDB reads as a function of the session where no column bears the name."""


def guarded(connection: duckdb.DuckDBPyConnection, expression: str, shown: str) -> tuple[str, str]:
    """Give SQL of an expression over `_landing_input` as {'v': value}, and the value's SQL type.

    Where it fails on a row the struct is null, while a null value is {'v': null}. Raises InputError
    for what does not fit the file, or is not of its row alone.
    """
    check_expression(connection, expression, shown)
    _refuse_session_names(connection, expression, shown)
    wrapped = f"({expression}\n)"
    try:
        kind = _described_type(connection, wrapped)
    except duckdb.Error as error:
        raise InputError(_misfit(connection, error, shown)) from None
    piece = f"{{'v': {wrapped}}}"
    if _is_plain(connection, expression):
        return piece, kind
    piece = f"try({piece})"
    try:
        _described_type(connection, piece)
    except duckdb.Error:
        raise InputError(
            f"{shown} may hold no subquery, aggregate, window, unnest, or function that gives "
            "something else each time; fold or join rows by relations and a query."
        ) from None
    return piece, kind


def plain_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Give what `guarded` would, for each column of `_landing_input`, by its name in quotes."""
    described = connection.execute("describe _landing_input").fetchall()
    return {
        identifier(name): (f"{{'v': {identifier(name)}}}", str(kind))
        for name, kind, *_ in described
    }


def _refuse_session_names(
    connection: duckdb.DuckDBPyConnection, expression: str, shown: str
) -> None:
    """Refuse a word such as `user` where no column of the file bears it."""
    columns = {row[0].lower() for row in connection.execute("describe _landing_input").fetchall()}
    _refuse_words(
        _parse(connection, f"select {expression}", shown), _SESSION_NAMES - columns, shown
    )


def _refuse_words(tree: object, words: Collection[str], shown: str) -> None:
    for node in _nodes(tree):
        names = node.get("column_names") or [""]
        if len(names) == 1 and names[0].lower() in words:
            raise InputError(f"{shown} uses a column {names[0]} that the file lacks.")


def _is_plain(connection: duckdb.DuckDBPyConnection, expression: str) -> bool:
    """Tell whether a checked expression is a column or a constant, which cannot fail."""
    item = _parse(connection, f"select {expression}", "")["select_list"][0]
    return item["class"] in ("COLUMN_REF", "CONSTANT")


def _described_type(connection: duckdb.DuckDBPyConnection, expression: str) -> str:
    rows = connection.execute(
        f"describe select _row, {expression} as value from _landing_input"
    ).fetchall()
    return str(rows[1][1])


def _misfit(connection: duckdb.DuckDBPyConnection, error: duckdb.Error, shown: str) -> str:
    unknown = re.search(r'Referenced (?:column|table) "([^"]*)" not found', str(error))
    if unknown:
        columns = connection.execute("describe _landing_input").fetchall()
        names = [row[0] for row in columns if row[0] not in ("_row", "_file")]
        return f"{shown} uses a column {unknown[1]} that the file lacks. {told_columns(names)}"
    first_line = str(error).splitlines()[0]
    return f"{shown} does not fit the file: {first_line}"


def told_columns(names: Sequence[str]) -> str:
    """Name a file's columns; where the header looks like a row of data, its values stay inside."""
    if any("@" in name or len(re.sub(r"\D", "", name)) >= _DIGITS_OF_DATA for name in names):
        return (
            "Its first line looks like data, not names: if it has none, say `header: false` and "
            "`names` under options."
        )
    return f"It has {', '.join(names)}."


def check_expression(connection: duckdb.DuckDBPyConnection, expression: str, shown: str) -> None:
    """Raise InputError unless `expression` is one value over the columns of its own row."""
    # Bare, so that a parenthesis it closes is an error; in parentheses, as it will be used.
    for sql in (f"select {expression}\n", f"select ({expression}\n)"):
        node = _parse(connection, sql, shown)
        is_bare = (
            node["type"] == "SELECT_NODE"
            and len(node["select_list"]) == 1
            and node["from_table"]["type"] == "EMPTY"
            and all(branch.get("class") != "STAR" for branch in _nodes(node))
            and not any(
                node[part]
                for part in ("where_clause", "group_expressions", "having", "qualify", "modifiers")
            )
        )
        if not is_bare:
            raise InputError(f"{shown} must be one SQL expression over the file's columns.")
        _refuse_reaching_out(node, set(), shown)


def check_query(
    connection: duckdb.DuckDBPyConnection, query: str, relations: Collection[str], shown: str
) -> None:
    """Raise InputError unless `query` is one SELECT over `relations` alone.

    A relation of another schema is named with it: sales.orders.
    """
    node = _parse(connection, query, shown)
    for sql in (query, f"select * from ({query}\n)"):
        node = _parse(connection, sql, shown)
        names = {name.lower() for name in relations} | _cte_names(node, shown)
        _refuse_reaching_out(node, names, shown)
        # A relation may well have a column `user`; without one, it is always the same word.
        _refuse_words(node, _SESSION_NAMES - {"user"}, shown)


def _parse(connection: duckdb.DuckDBPyConnection, sql: str, shown: str) -> dict[str, Any]:
    """Parse one SELECT by DuckDB's own parser; gives its syntax tree."""
    if "\0" in sql:  # what stands after it would be parsed here and not there, or the reverse
        raise InputError(f"{shown} holds a NUL character. Remove it.")
    row = connection.execute("select json_serialize_sql(?::varchar)", [sql]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if tree["error"] or len(tree["statements"]) != 1:
        detail = tree.get("error_message", "it holds several statements")
        raise InputError(f"{shown} is not one valid SELECT or expression: {detail}.")
    return dict(tree["statements"][0]["node"])


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for branch in tree.values():
            yield from _nodes(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch)


def _cte_names(tree: object, shown: str) -> set[str]:
    """Give the names that CTEs make, in lower case; raises InputError for those that pretend.

    A name made within a subquery would, used outside of it, be a file, or a table of ours.
    """
    names = set()
    for node in _nodes(tree):
        for entry in (node.get("cte_map") or {}).get("map", ()):
            name = entry["key"].lower()
            if not _NAME.fullmatch(name) or _SYSTEM_NAME.match(name):
                raise InputError(
                    f"{shown} may not use the name {name}: one starts with a letter, holds "
                    "letters, digits and _, and is none of DuckDB's own."
                )
            names.add(name)
    return names


def _refuse_reaching_out(tree: object, names: Collection[str], shown: str) -> None:
    """Refuse tables other than `names`, and every function but those that keep to their row."""
    for node in _nodes(tree):
        _refuse_expression(node, shown)
        if "sample" not in node or "select_list" in node:
            continue
        match node["type"]:
            case "BASE_TABLE":
                schema = f"{node['schema_name']}." if node["schema_name"] else ""
                name = f"{schema}{node['table_name']}".lower()
                if name not in names or _SYSTEM_NAME.match(name) or node["catalog_name"]:
                    known = ", ".join(sorted(names)[:_NAMES_SHOWN]) or "its row"
                    more = " and more" if len(names) > _NAMES_SHOWN else ""
                    raise InputError(
                        f"{shown} may not read {schema}{node['table_name']}; it has {known}{more}."
                    )
            case "TABLE_FUNCTION":
                function = node["function"]
                if function["function_name"].lower() not in TABLE_FUNCTIONS:
                    raise InputError(f"{shown} may not use {function['function_name']} as a table.")
            case kind if kind not in _TABLE_KINDS:
                raise InputError(f"{shown} may only select from its relations.")


def _refuse_expression(node: dict[str, Any], shown: str) -> None:
    kind = node.get("class")
    if kind is not None and kind not in EXPRESSIONS:
        raise InputError(f"{shown} may not use {str(kind).lower()} expressions.")
    if "function_name" in node:
        function = str(node["function_name"]).lower()
        # The parser itself writes some as `main.substring`.
        is_elsewhere = node.get("catalog") or node.get("schema") not in ("", "main")
        if is_elsewhere or function not in FUNCTIONS | TABLE_FUNCTIONS:
            raise InputError(
                f"{shown} may not use the function {function}. docs/landing.md says which it may."
            )
