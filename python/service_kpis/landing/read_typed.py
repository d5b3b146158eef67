"""Read Parquet and JSON Lines into a temporary table, every data row under its number."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from service_kpis.errors import InputError
from service_kpis.landing.batch import batch
from service_kpis.landing.files import BadRow, RawFile, batches, open_bytes, unique_names
from service_kpis.landing.numbered import keep_rows, number_rows
from service_kpis.sql import identifier, literal, scalar

_JSON_SCALARS = {
    frozenset({"BIGINT"}): "bigint",
    frozenset({"UBIGINT"}): "bigint",
    frozenset({"BIGINT", "UBIGINT"}): "bigint",
    frozenset({"BOOLEAN"}): "boolean",
    frozenset({"DOUBLE"}): "double",
    frozenset({"BIGINT", "DOUBLE"}): "double",
    frozenset({"DOUBLE", "UBIGINT"}): "double",
    frozenset({"BIGINT", "DOUBLE", "UBIGINT"}): "double",
}
_JSON_NESTED = frozenset({"ARRAY", "OBJECT"})


def read_parquet(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str, table: str
) -> RawFile:
    """Make temporary view `table` (the file's typed columns, `_row`); raises InputError."""
    path = literal(str(aside))
    scan = f"read_parquet({path}, hive_partitioning = false)"
    try:
        rows = scalar(
            connection,
            f"select cast(sum(num_rows) as bigint) from parquet_file_metadata({path})",
        )
        found = [row[0] for row in connection.execute(f"describe select * from {scan}").fetchall()]
        names = unique_names(found)
        number_rows(connection, table, names, f"from {scan}")
    except duckdb.Error:
        raise InputError(f"{shown} is not a readable Parquet file.") from None
    return RawFile(names, (), rows)


def read_jsonl(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str, table: str
) -> RawFile:
    """Make temporary view `table` from JSON Lines: strings are text, numbers and booleans typed.

    Objects and arrays are JSON, a missing key is null. A line that is no JSON object is a bad row.
    """
    bad_rows, read = _load_lines(connection, aside, shown)
    bad_rows += _take_out_broken_lines(connection)
    keys = _json_keys(connection)
    if not keys:
        raise InputError(f"{shown} is not JSON Lines: no line of it is a JSON object with keys.")
    names = unique_names(list(keys))
    pointers = ", ".join(literal("/" + key.replace("~", "~0").replace("/", "~1")) for key in keys)
    connection.execute(
        f"""
        create or replace temp table _landing_parts as
        select json_extract_string(line, [{pointers}]::varchar[]) as parts, _row
        from _landing_lines
        """
    )
    columns = "".join(
        f"cast(parts[{position}] as {_holding(connection, position, kind)}) as {identifier(name)}, "
        for position, (name, kind) in enumerate(zip(names, keys.values(), strict=True), start=1)
    )
    keep_rows(connection, table, f"select {columns} _row from _landing_parts")
    connection.execute("drop table _landing_lines")
    connection.execute("drop table _landing_parts")
    return RawFile(names, tuple(bad_rows), read)


def _holding(connection: duckdb.DuckDBPyConnection, position: int, kind: str) -> str:
    """Give the type that holds every digit of a column: a whole number may be wide as an id is."""
    if kind not in ("bigint", "double"):
        return kind
    are_whole, fit_bigint, fit_hugeint, are_wide = connection.execute(
        f"""
        select
            coalesce(bool_and(regexp_full_match(part, '-?\\d+')), true),
            coalesce(bool_and(try_cast(part as bigint) is not null), true),
            coalesce(bool_and(try_cast(part as hugeint) is not null), true),
            coalesce(bool_or(regexp_full_match(part, '-?\\d{{16,}}')), false)
        from (select parts[{position}] as part from _landing_parts)
        where part is not null
        """
    ).fetchall()[0]
    if are_whole:
        return "bigint" if fit_bigint else "hugeint" if fit_hugeint else "varchar"
    return "varchar" if are_wide else "double"


def _take_out_broken_lines(connection: duckdb.DuckDBPyConnection) -> list[BadRow]:
    """Take the lines that are no JSON object out of `_landing_lines`; gives them as bad rows."""
    bad_rows = [
        BadRow(row, "not_json", text)
        for row, text in connection.execute(
            """
            select _row, line from _landing_lines
            where case when json_valid(line) then json_type(line) <> 'OBJECT' else true end
            """
        ).fetchall()
    ]
    # DuckDB reads NaN, Infinity and a comma at the end, which are no JSON.
    suspects = connection.execute(
        r"""
        select _row, line from _landing_lines
        where regexp_matches(line, 'nan|inf|,\s*[}\]]', 'i')
          and case when json_valid(line) then json_type(line) = 'OBJECT' else false end
        """
    ).fetchall()
    bad_rows += [BadRow(row, "not_json", text) for row, text in suspects if not _is_strict(text)]
    with batch(connection, {}, {"row": [bad.row_number for bad in bad_rows]}):
        connection.execute(
            "delete from _landing_lines where _row in (select row from _landing_batch)"
        )
    return bad_rows


def _is_strict(line: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(line, parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _load_lines(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str
) -> tuple[list[BadRow], int]:
    connection.execute("create or replace temp table _landing_lines (line varchar, _row bigint)")
    bad_rows: list[BadRow] = []
    row = 0
    with open_bytes(aside, shown) as binary:
        for raws in batches(binary, len):
            lines: list[str] = []
            rows: list[int] = []
            for raw in raws:
                content = (raw if row else raw.removeprefix(b"\xef\xbb\xbf")).strip()
                if not content:
                    continue
                row += 1
                try:
                    text = content.decode("utf-8")
                except UnicodeDecodeError:
                    shown_text = content.decode("utf-8", "backslashreplace")
                    bad_rows.append(BadRow(row, "undecodable", shown_text))
                    continue
                if "\0" in text:
                    bad_rows.append(BadRow(row, "undecodable", text.replace("\0", "\\x00")))
                    continue
                lines.append(text)
                rows.append(row)
            with batch(connection, {"line": lines}, {"row": rows}):
                connection.execute("insert into _landing_lines from _landing_batch")
    return bad_rows, row


def _json_keys(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Find the keys in order of their first row, each with the SQL type that holds its values."""
    found = connection.execute(
        r"""
        with keys as (
            select _row, line, unnest(json_keys(line)) as key,
                   generate_subscripts(json_keys(line), 1) as position
            from _landing_lines
        ),
        kinds as (
            select key, min((_row, position)) as first_seen,
                   list(distinct json_type(
                       line, '/' || replace(replace(key, '~', '~0'), '/', '~1')
                   )) as kinds
            from keys
            group by key
        )
        select key, kinds from kinds order by first_seen
        """
    ).fetchall()
    return {key: _json_type(frozenset(kinds) - {"NULL", None}) for key, kinds in found}


def _json_type(kinds: frozenset[str]) -> str:
    if kinds and kinds <= _JSON_NESTED:
        return "json"
    return _JSON_SCALARS.get(kinds, "varchar")
