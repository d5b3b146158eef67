"""Stage a source: its files read, judged and refused or valid, in temporary tables.

No transaction is open meanwhile, as a reader's failed attempt would abort it, and nothing of raw is
touched. `_landing_rejects` gets what is refused, `_landing_valid_<table>` what is valid (columns in
staged.py), `_landing_seen_<table>` the keys that were there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from service_kpis.contract import Table
from service_kpis.errors import InputError
from service_kpis.landing.account import FileAccount
from service_kpis.landing.databases import DatabaseQuery, read_database
from service_kpis.landing.expressions import check_query, told_columns
from service_kpis.landing.files import RawFile, copy_aside
from service_kpis.landing.numbered import drop_rows, number_rows
from service_kpis.landing.read_csv import read_csv
from service_kpis.landing.read_typed import read_jsonl, read_parquet
from service_kpis.landing.read_xlsx import read_xlsx
from service_kpis.landing.reading import Reading
from service_kpis.landing.reject import Origin, create_rejects, write_bad_rows, write_judged
from service_kpis.landing.rows import judge
from service_kpis.landing.source import FileSet, Source, TableMapping
from service_kpis.landing.staged import create_staged, seen_keys, valid_rows
from service_kpis.landing.statement import Rules, Wanted
from service_kpis.landing.upsert import keep_newest, split_duplicates
from service_kpis.landing.zones import create_time_macros
from service_kpis.sql import identifier, literal, scalar
from service_kpis.warehouse import Warehouse

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Landing:
    """One landing of one source."""

    warehouse: Warehouse
    connection: duckdb.DuckDBPyConnection
    source: Source
    folder: Path
    landed_at: datetime
    clock_skew_seconds: int
    tell: Progress
    reading: Reading

    def origin(self, table: Table, file: str) -> Origin:
        return Origin(self.source.name, table, file, self.landed_at)


@dataclass(frozen=True)
class StagedTable:
    """What is staged of one table."""

    table: Table
    by_seq: dict[int, FileAccount]
    """Accounts by the number of the file; what its valid rows do is not counted yet."""
    relations: list[FileAccount]
    files: list[str]
    is_replaced: bool

    @property
    def accounts(self) -> list[FileAccount]:
        return [*self.relations, *self.by_seq.values()]


def stage(landing: Landing) -> list[StagedTable]:
    """Stage every table of the source; raises InputError."""
    create_time_macros(landing.connection, landing.source.timezone)
    _close_doors(landing)
    create_rejects(landing.connection)
    mappings = landing.source.mappings
    return [
        _stage_table(landing, [mapping for mapping in mappings if mapping.table.name == name])
        for name in dict.fromkeys(mapping.table.name for mapping in mappings)
    ]


def _stage_table(landing: Landing, mappings: Sequence[TableMapping]) -> StagedTable:
    connection, table = landing.connection, mappings[0].table
    create_staged(connection, table)
    shown = landing.source.location.shown
    files = {
        shown(path)
        for mapping in mappings
        for file_set in (mapping.files, *mapping.relations.values())
        if file_set
        for path in file_set.paths
    }
    files |= {_database_name(landing.source, mapping) for mapping in mappings if mapping.database}
    by_seq: dict[int, FileAccount] = {}
    relations: list[FileAccount] = []
    for mapping in mappings:
        first = len(by_seq)
        if mapping.files:
            for path in mapping.files.paths:
                by_seq[len(by_seq)] = _stage_file(
                    landing, mapping, mapping.files, path, len(by_seq)
                )
        elif mapping.database:
            by_seq[first] = _stage_database(landing, mapping, mapping.database, first)
        else:
            relations.extend(_read_relations(landing, mapping))
            by_seq[first] = _stage_query(landing, mapping, first)
        if mapping.latest_by:
            _leave_out_older(connection, table, by_seq, first)
    return StagedTable(
        table=table,
        by_seq=by_seq,
        relations=relations,
        files=[*files, _query_name(landing.source)],
        is_replaced=any(mapping.is_replaced for mapping in mappings),
    )


def _close_doors(landing: Landing) -> None:
    """Let SQL reach the folder of copies alone, and nothing be set or loaded any more."""
    connection = landing.connection
    for setting in (
        f"allowed_directories = [{literal(str(landing.folder.resolve()))}]",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "python_enable_replacements = false",
        "enable_external_access = false",
        # Beside TRY(x) a bare x, hoisted as a common subexpression, would raise.
        "disabled_optimizers = 'common_subexpressions'",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")


def _query_name(source: Source) -> str:
    """Name what a query's rows come from: its source.yml."""
    return source.location.definition.name if source.location.definition else ""


def _read_file(landing: Landing, files: FileSet, path: Path, table: str) -> RawFile:
    """Read one file into temporary view `table`."""
    shown = str(path)
    aside = copy_aside(path, landing.folder)
    try:
        match files.format:
            case "csv":
                return read_csv(landing.connection, aside, shown, files.options, table)
            case "parquet":
                return read_parquet(landing.connection, aside, shown, table)
            case "jsonl":
                return read_jsonl(landing.connection, aside, shown, table)
            case _:
                return read_xlsx(landing.connection, aside, shown, files.options, table)
    finally:
        aside.unlink()


def _stage_file(
    landing: Landing, mapping: TableMapping, files: FileSet, path: Path, seq: int
) -> FileAccount:
    connection, source = landing.connection, landing.source
    file = source.location.shown(path)
    landing.reading.begin(f"{source.name}: {file} → {mapping.table.name}")
    raw = _read_file(landing, files, path, "_landing_file")
    write_bad_rows(connection, landing.origin(mapping.table, file), raw.bad_rows)
    account = _stage_rows(landing, mapping, raw, file, seq)
    account.read = raw.read
    account.rejected += len(raw.bad_rows)
    landing.reading.end(raw.read)
    return account


def _database_name(source: Source, mapping: TableMapping) -> str:
    """Name what a database's rows come from: its file, or the source.yml that names the server."""
    path = mapping.database.path if mapping.database else None
    return source.location.shown(path) if path else _query_name(source)


def _stage_database(
    landing: Landing, mapping: TableMapping, database: DatabaseQuery, seq: int
) -> FileAccount:
    source = landing.source
    file = _database_name(source, mapping)
    landing.reading.begin(f"{source.name}: {file} ({database.kind}) → {mapping.table.name}")
    shown = f"{source.location.definition}: tables.{mapping.table.name}.{database.kind}"
    with tempfile.TemporaryDirectory(dir=landing.folder) as folder:
        raw = read_database(landing.connection, database, Path(folder), shown, "_landing_file")
    account = _stage_rows(landing, mapping, raw, file, seq)
    account.read = raw.read
    landing.reading.end(raw.read)
    return account


def _read_relations(landing: Landing, mapping: TableMapping) -> list[FileAccount]:
    """Read each relation into a temporary table of its name; gives its files' accounts."""
    connection, source = landing.connection, landing.source
    accounts = []
    for name, files in mapping.relations.items():
        parts = []
        for number, path in enumerate(files.paths):
            file = source.location.shown(path)
            what = f"{source.name}: {file} → {mapping.table.name}, relation {name}"
            landing.reading.begin(what)
            part = f"_landing_part_{number}"
            raw = _read_file(landing, files, path, part)
            write_bad_rows(connection, landing.origin(mapping.table, file), raw.bad_rows)
            parsed = scalar(connection, f"select count(*) from {part}")
            accounts.append(
                FileAccount(
                    source=source.name,
                    table=f"{mapping.table.name} (relation {name})",
                    file=file,
                    read=raw.read,
                    rejected=len(raw.bad_rows),
                    left_out=parsed,
                )
            )
            landing.reading.end(raw.read)
            parts.append(f"select *, {literal(file)} as _file from {part}")
        connection.execute(
            f"create or replace temp table {identifier(name)} as "
            + " union all by name ".join(parts)
        )
        for number in range(len(parts)):
            drop_rows(connection, f"_landing_part_{number}")
    return accounts


def _stage_query(landing: Landing, mapping: TableMapping, seq: int) -> FileAccount:
    connection, source = landing.connection, landing.source
    shown = f"{source.location.definition}: tables.{mapping.table.name}.query"
    query = str(mapping.query)
    check_query(connection, query, list(mapping.relations), shown)
    try:
        found = connection.execute(f"describe select * from ({query}\n)").fetchall()
        names = [row[0] for row in found]
        columns = [name for name in names if name.lower() not in ("_row", "_file")]
        listed = ", ".join(f"result.{identifier(name)}" for name in columns)
        number_rows(
            connection, "_landing_file", columns, f"select {listed} from ({query}\n) as result"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.BinderException as error:
        raise InputError(
            f"{shown} does not fit its relations: {str(error).splitlines()[0]}"
        ) from None
    except duckdb.Error as error:
        raise InputError(
            f"{shown} fails on the data ({type(error).__name__}); use try_cast where text may not "
            "be what it should."
        ) from None
    for name in mapping.relations:
        connection.execute(f"drop table {identifier(name)}")
    return _stage_rows(landing, mapping, RawFile(tuple(columns)), _query_name(source), seq)


def _stage_rows(
    landing: Landing, mapping: TableMapping, raw: RawFile, file: str, seq: int
) -> FileAccount:
    """Judge `_landing_file`; refuse what fails, add what is valid to the staged."""
    connection, table = landing.connection, mapping.table
    connection.execute(
        f"create or replace temp view _landing_input as "
        f"select *, {literal(file)} as _file from _landing_file"
    )
    wanted = Wanted(
        table=table,
        expressions=_expressions(landing, mapping, raw.columns, file),
        where=mapping.where,
        latest_by=mapping.latest_by,
        trimmed=_trimmed(raw),
        file=file,
        seq=seq,
    )
    rules = Rules(
        options=mapping.options,
        timezone=landing.source.timezone,
        clock_skew_seconds=landing.clock_skew_seconds,
        landed_at=str(landing.landed_at),
    )
    problems = judge(connection, wanted, rules, str(landing.source.location.folder / file))
    split_duplicates(connection, table, is_latest_kept=mapping.latest_by is not None)
    write_judged(connection, landing.origin(table, file), raw.columns, problems)
    _remember_seen(landing, mapping)
    account = _count(landing, table, file)
    if account.rejected or account.left_out or account.unchanged:
        connection.execute(
            f"delete from {valid_rows(table)} where _seq = ? and (_problem is not null "
            "or _left_out > 0 or _row in (select _row from _landing_duplicates))",
            [seq],
        )
    return account


def _trimmed(raw: RawFile) -> frozenset[str]:
    """Give the expressions that are a column of a file whose fields have no outer blanks."""
    names = raw.columns if raw.is_trimmed else ()
    return frozenset(one.lower() for name in names for one in (name, identifier(name)))


def _expressions(
    landing: Landing, mapping: TableMapping, columns: Sequence[str], file: str
) -> dict[str, str]:
    """Give each contract column its expression: what source.yml says, else the file's own name."""
    by_name = {column.lower(): identifier(column) for column in columns}
    expressions = {
        column.name: by_name[column.name]
        for column in mapping.table.columns
        if column.name in by_name
    }
    if not mapping.columns:
        extra = [column for column in columns if column.lower() not in expressions]
        if extra:
            landing.tell(
                f"{file}: the columns that are not the contract's are not taken. "
                f"{told_columns(columns)}"
            )
    for name, expression in mapping.columns.items():
        if expression is None:
            expressions.pop(name, None)
        else:
            expressions[name] = expression
    return expressions


def _remember_seen(landing: Landing, mapping: TableMapping) -> None:
    """Keep the keys that the file holds, of refused rows too: a bad copy deletes no good row."""
    others = (one for one in landing.source.mappings if one.table.name == mapping.table.name)
    if not any(one.is_replaced for one in others):
        return
    keys = [identifier(name) for name in mapping.table.key]
    landing.connection.execute(
        f"insert into {seen_keys(mapping.table)} select {', '.join(keys)} from _landing_judged "
        f"where _left_out = 0 and {' and '.join(f'{key} is not null' for key in keys)}"
    )


def _count(landing: Landing, table: Table, file: str) -> FileAccount:
    """Count a judged file; what its valid rows do is known when the whole table lands."""
    row = landing.connection.execute(
        """
        select
            count(*),
            count(*) filter (_problem is not null),
            count(*) filter (_left_out > 0),
            count(*) filter (_left_out = 2),
            (select count(*) from _landing_duplicates where is_copy),
            (select count(*) from _landing_duplicates where not is_copy)
        from _landing_judged
        """
    ).fetchone()
    read, refused, left_out, left_out_null, copies, duplicates = row or (0,) * 6
    return FileAccount(
        source=landing.source.name,
        table=table.name,
        file=file,
        read=read,
        unchanged=copies,
        rejected=refused + duplicates,
        left_out=left_out,
        left_out_null=left_out_null,
    )


def _leave_out_older(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    by_seq: dict[int, FileAccount],
    first: int,
) -> None:
    """Keep the newest row of each key of the mapping whose files are numbered from `first`."""
    keep_newest(connection, table, list(range(first, len(by_seq))))
    counted = connection.execute(
        "select _seq, count(*) from _landing_left_out group by _seq"
    ).fetchall()
    for seq, count in counted:
        by_seq[seq].left_out += count
