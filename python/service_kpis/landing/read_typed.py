"""Read Parquet and JSON Lines into a temporary table, every data row under its number."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import duckdb

from service_kpis.errors import InputError
from service_kpis.landing.files import BATCH, BadRow, RawFile, open_bytes, unique_names
from service_kpis.landing.sql import batch, identifier, literal

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
    """Make temporary `table` (the file's typed columns, `_row`); raises InputError."""
    scan = f"read_parquet({literal(str(aside))}, hive_partitioning = false)"
    try:
        found = [row[0] for row in connection.execute(f"describe select * from {scan}").fetchall()]
        names = unique_names(found)
        named = "".join(
            f"{identifier(old)} as {identifier(new)}, "
            for old, new in zip(found, names, strict=True)
        )
        connection.execute(
            f"create or replace temp table {identifier(table)} as "
            f"select {named} row_number() over () as _row from {scan}"
        )
    except duckdb.Error:
        raise InputError(f"{shown} is not a readable Parquet file.") from None
    return RawFile(names, ())


def read_jsonl(
    connection: duckdb.DuckDBPyConnection, aside: Path, shown: str, table: str
) -> RawFile:
    """Make temporary `table` from JSON Lines: strings are text, numbers and booleans typed.

    Objects and arrays are JSON, a missing key is null. A line that is no JSON object is a bad row.
    """
    bad_rows = _load_lines(connection, aside, shown)
    bad_rows += [
        BadRow(row, "not_json", text)
        for row, text in connection.execute(
            """
            select _row, line from _landing_lines
            where case when json_valid(line) then json_type(line) <> 'OBJECT' else true end
            """
        ).fetchall()
    ]
    connection.execute(
        """
        delete from _landing_lines
        where case when json_valid(line) then json_type(line) <> 'OBJECT' else true end
        """
    )
    keys = _json_keys(connection)
    if not keys:
        raise InputError(f"{shown} is not JSON Lines: no line of it is a JSON object with keys.")
    names = unique_names(list(keys))
    pointers = ", ".join(literal("/" + key.replace("~", "~0").replace("/", "~1")) for key in keys)

    def extract(whole_number: str) -> None:
        kinds = (whole_number if kind == "bigint" else kind for kind in keys.values())
        columns = "".join(
            f"cast(parts[{position}] as {kind}) as {identifier(name)}, "
            for position, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1)
        )
        connection.execute(
            f"""
            create or replace temp table {identifier(table)} as
            select {columns} _row
            from (
                select json_extract_string(line, [{pointers}]::varchar[]) as parts, _row
                from _landing_lines
            )
            """
        )

    try:
        extract("bigint")
    except duckdb.ConversionException:
        # Beyond 64 bits: rare, and fewer functions take the wider type.
        extract("hugeint")
    connection.execute("drop table _landing_lines")
    return RawFile(names, tuple(bad_rows))


def _load_lines(connection: duckdb.DuckDBPyConnection, aside: Path, shown: str) -> list[BadRow]:
    connection.execute("create or replace temp table _landing_lines (line varchar, _row bigint)")
    bad_rows: list[BadRow] = []
    row = 0
    with open_bytes(aside, shown) as binary:
        first = True
        while raws := list(islice(binary, BATCH)):
            lines: list[str] = []
            rows: list[int] = []
            for raw in raws:
                content = raw.removeprefix(b"\xef\xbb\xbf") if first else raw
                first = False
                content = content.strip()
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
    return bad_rows


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
