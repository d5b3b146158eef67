"""What a user wrote in SQL is data, not a program: parse it, and refuse what reaches outside."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import duckdb

from service_kpis.errors import InputError

_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})
_TABLE_KINDS = frozenset({"EMPTY", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "PIVOT"})
# Functions that reach settings, files, sequences, logs, other SQL or the session, not the row.
_FORBIDDEN_FUNCTION = re.compile(
    r"(duckdb_|pragma_|pg_|read_|write_|json_execute_|json_serialize_|json_deserialize_|current_(?!date$|time|localtime)|sleep|query|"
    r"getenv|getvariable|nextval|currval|txid|glob|in_search_path|session_user|user$|version$|"
    r"has_|set_config|parse_duckdb_log|inet_|shobj_|col_description|obj_description|__internal)"
)
_NAMES_SHOWN = 20
_SYSTEM_NAME = re.compile(r"(duckdb_|pg_|pragma_|sqlite_|information_schema)", re.IGNORECASE)


def guarded(connection: duckdb.DuckDBPyConnection, expression: str, shown: str) -> tuple[str, str]:
    """Give SQL of an expression over `_landing_input` as {'v': value}, and the value's SQL type.

    Where it fails on a row the struct is null, while a null value is {'v': null}. Raises InputError
    for what does not fit the file, or is not of its row alone.
    """
    check_expression(connection, expression, shown)
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
        return f"{shown} uses a column {unknown[1]} that the file lacks. It has {', '.join(names)}."
    first_line = str(error).splitlines()[0]
    return f"{shown} does not fit the file: {first_line}"


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
        names = {name.lower() for name in (*relations, *_cte_names(node))}
        _refuse_reaching_out(node, names, shown)


def _parse(connection: duckdb.DuckDBPyConnection, sql: str, shown: str) -> dict[str, Any]:
    """Parse one SELECT by DuckDB's own parser; gives its syntax tree."""
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


def _cte_names(tree: object) -> Iterator[str]:
    for node in _nodes(tree):
        for entry in (node.get("cte_map") or {}).get("map", ()):
            yield entry["key"]


def _refuse_reaching_out(tree: object, names: Collection[str], shown: str) -> None:
    """Refuse tables other than `names`, table functions, and functions that leave the row."""
    if any(_SYSTEM_NAME.match(name) for name in names):
        raise InputError(f"{shown} may not use a name of DuckDB's own tables.")
    for node in _nodes(tree):
        function = str(node.get("function_name", "")).lower()
        if function and (_FORBIDDEN_FUNCTION.match(function) or node.get("catalog")):
            raise InputError(f"{shown} may not use the function {function}.")
        if "sample" not in node or "select_list" in node:
            continue
        match node["type"]:
            case "BASE_TABLE":
                schema = f"{node['schema_name']}." if node["schema_name"] else ""
                is_named = f"{schema}{node['table_name']}".lower() in names
                if not is_named or node["catalog_name"]:
                    known = ", ".join(sorted(names)[:_NAMES_SHOWN]) or "its row"
                    more = " and more" if len(names) > _NAMES_SHOWN else ""
                    raise InputError(
                        f"{shown} may not read {schema}{node['table_name']}; it has {known}{more}."
                    )
            case "TABLE_FUNCTION":
                if node["function"]["function_name"].lower() not in _TABLE_FUNCTIONS:
                    raise InputError(
                        f"{shown} may not use {node['function']['function_name']} as a table."
                    )
            case kind if kind not in _TABLE_KINDS:
                raise InputError(f"{shown} may only select from its relations.")
