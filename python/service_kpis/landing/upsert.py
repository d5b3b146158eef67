"""Put a landing's valid rows into a raw table, and count what each file did.

`valid_rows(table)` (staged.py) holds the valid rows of every file of this landing. A later file
wins over an earlier one, and all over what is there, by key; content is equal when the contract's
columns are. Where a key ends as it was, all its rows count as unchanged: landing again what has
landed changes nothing.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from service_kpis.contract import Table
from service_kpis.increment.changes import note_rows
from service_kpis.landing.parties import note_who_goes
from service_kpis.landing.staged import seen_keys, valid_rows
from service_kpis.sql import identifier, scalar


def _content(table: Table, alias: str) -> str:
    names = (column.name for column in table.columns if column.name not in table.key)
    values = ", ".join(f"{identifier(n)}: {alias}.{identifier(n)}" for n in names)
    return f"{{{values}}}"


def _same_key(table: Table, left: str, right: str) -> str:
    return " and ".join(f"{left}.{identifier(k)} = {right}.{identifier(k)}" for k in table.key)


def split_duplicates(
    connection: duckdb.DuckDBPyConnection, table: Table, *, is_latest_kept: bool
) -> None:
    """Make temporary `_landing_duplicates` (`_row`, `is_copy`) of one judged file.

    Of the valid rows with one key the last lands. An earlier one that equals a later one is its
    copy; any other is refused. Under `latest_by` there are none: `keep_newest` chooses.
    """
    key = ", ".join(identifier(name) for name in table.key)
    every = ", ".join(identifier(column.name) for column in table.columns)
    connection.execute(
        f"""
        create or replace temp table _landing_repeated as
        select {key}
        from _landing_judged
        where _problem is null and _left_out = 0
        group by {key}
        having count(*) > 1
        """
    )
    connection.execute(
        f"""
        create or replace temp table _landing_duplicates as
        with repeated as (
            select judged.*
            from _landing_judged as judged
            semi join _landing_repeated using ({key})
            where _problem is null and _left_out = 0
        ),
        ranked as (
            select
                _row,
                row_number() over (partition by {key} order by _row desc) as place,
                row_number() over (partition by {every} order by _row desc) as place_of_content
            from repeated
        )
        select _row, place_of_content > 1 as is_copy
        from ranked
        where place > 1 and {"false" if is_latest_kept else "true"}
        """
    )


def upsert(
    connection: duckdb.DuckDBPyConnection, table: Table, source: str, landed_at: datetime
) -> dict[int, tuple[int, int, int]]:
    """Upsert `_landing_valid`; gives rows inserted, updated and unchanged by `_seq`."""
    counted = connection.execute(
        f"select _seq, count(*) from {valid_rows(table)} group by _seq"
    ).fetchall()
    if not _find_existing(connection, table, source) and len(counted) <= 1:
        # One file holds a key once: there is nothing to compare.
        _insert(connection, table, source, landed_at, valid_rows(table))
        states = {seq: (inserted, 0, 0) for seq, inserted in counted}
    else:
        states = _compare(connection, table)
        _write(connection, table, source, landed_at)
    note_rows(
        connection, table.name, "_source = ? and _landed_at = ?", [source, landed_at], is_new=True
    )
    return states


def _find_existing(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int:
    """Make `_landing_existing` of the rows of raw whose key a valid row has; gives how many.

    Raw may hold years, and a landing a day: only the keys of all of it are read.
    """
    raw = f"raw.{identifier(table.name)}"
    connection.execute(
        f"""
        create or replace temp table _landing_met as
        select landed.rowid as _rowid
        from {raw} as landed
        semi join {valid_rows(table)} as valid on {_same_key(table, "landed", "valid")}
        where landed._source = ?
        """,
        [source],
    )
    connection.execute(
        f"""
        create or replace temp table _landing_existing as
        select landed.*, landed.rowid as _rowid
        from {raw} as landed
        where landed.rowid in (select _rowid from _landing_met)
        """
    )
    return int(scalar(connection, "select count(*) from _landing_existing"))


def _compare(
    connection: duckdb.DuckDBPyConnection, table: Table
) -> dict[int, tuple[int, int, int]]:
    """Make `_landing_states` of what each valid row does; gives the counts by `_seq`."""
    key = ", ".join(identifier(name) for name in table.key)
    connection.execute(
        f"""
        create or replace temp table _landing_states as
        with chained as (
            select
                *,
                {_content(table, "valid")} as content,
                lag({_content(table, "valid")}) over earlier_first as content_before,
                last({_content(table, "valid")}) over every as content_at_last,
                lag(_seq) over earlier_first is null as is_first
            from {valid_rows(table)} as valid
            window
                earlier_first as (partition by {key} order by _seq),
                every as (
                    partition by {key} order by _seq
                    rows between unbounded preceding and unbounded following
                )
        )
        select
            chained._seq,
            chained._row,
            case
                when existing._rowid is not null
                    and content_at_last = {_content(table, "existing")}
                    then 'unchanged'
                when chained.is_first and existing._rowid is null then 'inserted'
                when not chained.is_first and chained.content = content_before then 'unchanged'
                when chained.is_first and chained.content = {_content(table, "existing")}
                    then 'unchanged'
                else 'updated'
            end as state,
            {", ".join(f"chained.{identifier(name)}" for name in table.key)}
        from chained
        left join _landing_existing as existing on {_same_key(table, "chained", "existing")}
        """
    )
    counted = connection.execute(
        """
        select
            _seq,
            count(*) filter (state = 'inserted'),
            count(*) filter (state = 'updated'),
            count(*) filter (state = 'unchanged')
        from _landing_states
        group by _seq
        """
    ).fetchall()
    return {seq: (inserted, updated, unchanged) for seq, inserted, updated, unchanged in counted}


def count_rows(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int:
    """Count what raw holds of a table from one source."""
    return int(
        scalar(
            connection,
            f"select count(*) from raw.{identifier(table.name)} where _source = ?",
            [source],
        )
    )


def _write(
    connection: duckdb.DuckDBPyConnection, table: Table, source: str, landed_at: datetime
) -> None:
    """Write the last row of each key that changed; of the house's tables every one.

    What the house knows is the latest that any source said, so saying it again counts.
    """
    key = ", ".join(identifier(name) for name in table.key)
    is_written = "true" if table.is_of_the_house else "bool_or(state <> 'unchanged')"
    connection.execute(
        f"""
        create or replace temp table _landing_written as
        select max(_seq) as _seq, arg_max(_row, _seq) as _row, {key}
        from _landing_states
        group by {key}
        having {is_written}
        """
    )
    is_replaced = f"""rowid in (
        select existing._rowid
        from _landing_existing as existing
        semi join _landing_written as written on {_same_key(table, "existing", "written")}
    )"""
    note_rows(connection, table.name, is_replaced, is_new=False)
    note_who_goes(connection, table, f"landed.{is_replaced}")
    connection.execute(f"delete from raw.{identifier(table.name)} where {is_replaced}")
    written = (
        f"(select valid.* from {valid_rows(table)} as valid semi join _landing_written as written "
        "on valid._seq = written._seq and valid._row = written._row)"
    )
    _insert(connection, table, source, landed_at, written)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    landed_at: datetime,
    rows: str,
) -> None:
    """Add rows to raw; `rows` is a relation, quoted."""
    columns = ", ".join(identifier(column.name) for column in table.columns)
    connection.execute(
        f"""
        insert into raw.{identifier(table.name)} ({columns}, _source, _file, _row, _landed_at)
        select {columns}, ?, _file, _row, ?
        from {rows} as written
        """,
        [source, landed_at],
    )


def keep_newest(connection: duckdb.DuckDBPyConnection, table: Table, seqs: list[int]) -> None:
    """Keep, of the valid rows of a mapping with `latest_by`, the newest of each key.

    Compares as times where all are times, else as numbers where all are, else as text; a missing
    one is the oldest, and of equals the later row wins. `_landing_left_out` gets the others.
    """
    key = ", ".join(identifier(name) for name in table.key)
    counts = connection.execute(
        f"""
        select count(_latest_text), count(_latest_at), count(_latest_number)
        from {valid_rows(table)}
        where list_contains(?::bigint[], _seq)
        """,
        [seqs],
    ).fetchone()
    texts, times, numbers = counts or (0, 0, 0)
    by = (
        "_latest_at" if times == texts else "_latest_number" if numbers == texts else "_latest_text"
    )
    connection.execute(
        f"""
        create or replace temp table _landing_left_out as
        select _seq, _row
        from {valid_rows(table)}
        where list_contains(?::bigint[], _seq)
        qualify row_number() over (
            partition by {key} order by {by} desc nulls last, _seq desc, _row desc
        ) > 1
        """,
        [seqs],
    )
    connection.execute(
        f"delete from {valid_rows(table)} as valid using _landing_left_out as left_out "
        "where valid._seq = left_out._seq and valid._row = left_out._row"
    )


def delete_unseen(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> int:
    """Delete the source's rows whose key no row of this landing had; gives how many."""
    is_unseen = (
        f"landed._source = ? and not exists (select 1 from {seen_keys(table)} as seen "
        f"where {_same_key(table, 'landed', 'seen')})"
    )
    note_rows(connection, table.name, is_unseen, [source], is_new=False)
    note_who_goes(connection, table, is_unseen, [source])
    row = connection.execute(
        f"delete from raw.{identifier(table.name)} as landed where {is_unseen}", [source]
    ).fetchone()
    return int(row[0]) if row else 0
