"""raw.rejects: what was refused and why; nothing that was read is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from service_kpis.contract import Table
from service_kpis.landing.batch import batch
from service_kpis.landing.files import BadRow
from service_kpis.landing.statement import Problem
from service_kpis.landing.store import has_raw_tables
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import Warehouse

ROW_REASONS = {
    "wrong_field_count": "the row has more or fewer fields than the header",
    "undecodable": "the row holds bytes that are no text in the file's encoding",
    "broken_quote": "a quote on this line, or on one before it, is not closed as it should be",
    "not_json": "the line is no JSON object",
    "duplicate_key": "a later row of the file bears its key with other content",
}
_MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class Origin:
    """Where and when a row was refused."""

    source: str
    table: Table
    file: str
    landed_at: datetime


def create_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Create temporary `_landing_rejects`, in the columns of raw.rejects."""
    connection.execute("create or replace temp table _landing_rejects as from raw.rejects limit 0")


def clear_rejects(
    connection: duckdb.DuckDBPyConnection, source: str, table: str, files: Sequence[str] | None
) -> None:
    """Delete the rejects of files that are landed again; None = of the whole table."""
    connection.execute(
        "delete from raw.rejects where source_name = ? and table_name = ? "
        "and (?::varchar[] is null or list_contains(?::varchar[], file_name))",
        [source, table, files, files],
    )


def write_bad_rows(
    connection: duckdb.DuckDBPyConnection, origin: Origin, bad_rows: Sequence[BadRow]
) -> None:
    """Keep rows that could not be cut or decoded: row_json is {"line": what stood there}."""
    texts = {
        "code": [bad.code for bad in bad_rows],
        "reason": [ROW_REASONS[bad.code] for bad in bad_rows],
        "line": [bad.text for bad in bad_rows],
    }
    with batch(connection, texts, {"row_number": [bad.row_number for bad in bad_rows]}):
        connection.execute(
            f"""
            insert into _landing_rejects
            select ?, ?, ?, row_number, null, null, code, reason,
                   {_cut("to_json({'line': line})")}, ?
            from _landing_batch
            """,
            [origin.source, origin.table.name, origin.file, origin.landed_at],
        )


def write_judged(
    connection: duckdb.DuckDBPyConnection,
    origin: Origin,
    columns: Sequence[str],
    problems: Sequence[Problem],
) -> None:
    """Keep the rows of `_landing_judged` with a problem and the duplicates that are no copies.

    A duplicate's column is the first of its key. `columns` are the file's, for row_json.
    """
    listed = ", ".join(
        f"({number}, {literal(p.column) if p.column else 'null'}, {literal(p.code)}, "
        f"{literal(p.reason)})"
        for number, p in enumerate(problems, start=1)
    )
    row = ", ".join(f"{literal(name)}: input.{identifier(name)}" for name in columns)
    key = origin.table.key[0]
    connection.execute(
        f"""
        insert into _landing_rejects
        with problems(number, column_name, code, reason) as (values {listed}),
        refused(_row, column_name, value, code, reason) as (
            select judged._row, problems.column_name, judged._value, problems.code, problems.reason
            from _landing_judged as judged
            join problems on problems.number = judged._problem
            union all
            select
                judged._row, {literal(key)}, cast(judged.{identifier(key)} as varchar),
                'duplicate_key', {literal(ROW_REASONS["duplicate_key"])}
            from _landing_judged as judged
            join _landing_duplicates as duplicate
                on duplicate._row = judged._row and not duplicate.is_copy
        )
        select ?, ?, ?, refused._row, refused.column_name, refused.value, refused.code,
               refused.reason, {_cut(f"to_json({{{row}}})")}, ?
        from refused
        join _landing_input as input on input._row = refused._row
        order by refused._row
        """,
        [origin.source, origin.table.name, origin.file, origin.landed_at],
    )


def _cut(json: str) -> str:
    """Cut text at 64 kB of UTF-8, between two characters."""
    text = f"cast({json} as varchar)"
    attempts = ", ".join(
        f"try(decode(encode({text})[1:{_MOST_BYTES - less}]))" for less in range(4)
    )
    return f"case when strlen({text}) <= {_MOST_BYTES} then {text} else coalesce({attempts}) end"


def summarise_rejects(connection: duckdb.DuckDBPyConnection, *, most: int) -> str:
    """Say what a landing refused, the `most` frequent: file, column and reason, never a value."""
    rows = connection.execute(
        """
        select file_name, column_name, reason_code, count(*), min(row_number)
        from _landing_rejects
        group by all
        order by count(*) desc, file_name, column_name, reason_code
        limit ?
        """,
        [most],
    ).fetchall()
    return "; ".join(
        f"{file}{', ' + column if column else ''}: {code} in "
        + (f"row {first}" if count == 1 else f"{count:,} rows, first in row {first}")
        for file, column, code, count, first in rows
    )


def rejects(warehouse: Warehouse, table: str | None = None) -> list[dict[str, Any]]:
    """Read raw.rejects, of one table or all, as dictionaries by its columns."""
    if not warehouse.build.exists():
        return []
    with warehouse.connect() as connection:
        if not has_raw_tables(connection):
            return []
        result = connection.execute(
            """
            select *
            from raw.rejects
            where table_name = coalesce(?, table_name)
            order by source_name, table_name, file_name, row_number
            """,
            [table],
        )
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
