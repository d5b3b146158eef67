"""Land sources: stage each, then write it to raw in one transaction."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from service_kpis import state
from service_kpis.contract import Table
from service_kpis.errors import CheckFailedError, InputError, MachineError
from service_kpis.landing.account import FileAccount, prove, prove_written, write_accounts
from service_kpis.landing.forgotten import Forgotten, keep_forgotten, read_forgotten
from service_kpis.landing.keys import rotate_key, warehouse_key
from service_kpis.landing.parties import Landed, create_who_went, forget_numbers, refresh_parties
from service_kpis.landing.reading import OnCount, reading_of
from service_kpis.landing.reject import clear_rejects, summarise_rejects
from service_kpis.landing.remove import delete_source
from service_kpis.landing.source import Source, country_code, locate, read_source, source_name
from service_kpis.landing.stage import Landing, Progress, StagedTable, stage
from service_kpis.landing.staged import valid_rows
from service_kpis.landing.statement import mendable_columns
from service_kpis.landing.store import (
    create_raw_tables,
    known_sources,
    read_known_sources,
)
from service_kpis.landing.upsert import count_rows, delete_unseen, upsert
from service_kpis.sql import scalar
from service_kpis.warehouse import Warehouse

_COPIES = ".landing-"


def land(  # noqa: PLR0913
    warehouse: Warehouse,
    sources: Sequence[Path],
    *,
    strict: bool = False,
    dry_run: bool = False,
    default_country: str = "FR",
    clock_skew_seconds: int = 5,
    is_sample: bool = False,
    is_key_rotated: bool = False,
    on_progress: Progress | None = None,
    on_count: OnCount | None = None,
    landed: list[FileAccount] | None = None,
) -> list[FileAccount]:
    """Land sources in the order given, each in one transaction; gives the account of every file.

    The caller holds `warehouse.locked()`. A real source removes the sample first, and `on_progress`
    says so; `on_count` is told how far the files of a source are. `landed`, where given, is the
    list that is filled and returned: after an error it holds the accounts of the sources that
    landed before, and of one that `strict` refused. `dry_run` does everything and leaves nothing.
    `is_key_rotated` takes another key than the warehouse was made with.

    Raises InputError, and CheckFailedError where `strict` finds a reject: nothing of that source
    landed, and later ones are not begun.
    """
    accounts = landed if landed is not None else []
    tell, count = on_progress or _say_nothing, on_count or _say_nothing
    country = country_code(default_country, "vars")
    _refuse_same_names(sources)
    _clear_copies(warehouse)
    with _rehearsal(warehouse) if dry_run else nullcontext(warehouse) as target:
        for path in sources:
            source = read_source(locate(path))
            source = replace(source, default_country=source.default_country or country)
            with _landing(target, source, clock_skew_seconds, tell, count) as landing:
                _land_source(
                    landing,
                    accounts,
                    is_sample=is_sample,
                    is_key_rotated=is_key_rotated,
                    strict=strict,
                    dry_run=dry_run,
                )
    return accounts


def _refuse_same_names(sources: Sequence[Path]) -> None:
    """Refuse two sources of one name; one that cannot be read is refused when its turn comes."""
    names = []
    for path in sources:
        with suppress(InputError):
            names.append(source_name(locate(path)))
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"Two sources bear the name {name}. Give each its own `name` in its source.yml."
            )


def _clear_copies(warehouse: Warehouse) -> None:
    """Remove the copies of files that a killed landing left; the caller holds the warehouse."""
    for folder in warehouse.folder.glob(f"{_COPIES}*"):
        shutil.rmtree(folder)


@contextmanager
def _rehearsal(warehouse: Warehouse) -> Iterator[Warehouse]:
    """Give the warehouse if it holds sources, else an empty one that goes: nothing is written."""
    if known_sources(warehouse):
        yield warehouse
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Warehouse(Path(folder))


@contextmanager
def _landing(
    warehouse: Warehouse,
    source: Source,
    clock_skew_seconds: int,
    tell: Progress,
    on_count: OnCount,
) -> Iterator[Landing]:
    """Open a landing of `source`; what DuckDB raises in it becomes a plain MachineError."""
    warehouse.folder.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tempfile.TemporaryDirectory(dir=warehouse.folder, prefix=_COPIES) as folder,
            warehouse.connect() as connection,
        ):
            yield Landing(
                warehouse,
                connection,
                source,
                Path(folder),
                _now(),
                clock_skew_seconds,
                tell,
                reading_of(source, on_count),
            )
    except duckdb.OutOfMemoryException as error:
        raise MachineError(f"There is too little memory to land {source.name}.") from error
    except duckdb.Error as error:
        raise MachineError(
            f"Landing {source.name} failed in DuckDB ({type(error).__name__}); nothing of it "
            "landed."
        ) from error


def _say_nothing(*told: object) -> None:
    del told


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _land_source(  # noqa: PLR0913
    landing: Landing,
    landed: list[FileAccount],
    *,
    is_sample: bool,
    is_key_rotated: bool,
    strict: bool,
    dry_run: bool,
) -> None:
    """Land one source and add its accounts to `landed`; `strict` keeps nothing if any row fails."""
    connection, source = landing.connection, landing.source
    create_raw_tables(connection)
    key, is_another = warehouse_key(landing.warehouse, connection, is_rotated=is_key_rotated)
    staged = stage(landing)
    rejected = sum(account.rejected for one in staged for account in one.accounts)
    is_kept = not dry_run and not (strict and rejected)
    if rejected and dry_run:
        landing.tell(f"{source.name} would refuse: {summarise_rejects(connection, most=20)}")
    tables = [one.table for one in staged]
    forgotten = read_forgotten(connection, key)
    copies = keep_forgotten(connection, forgotten, tables, str(source.default_country))
    _keep_names_forgotten(forgotten, staged)
    connection.execute("begin")
    if is_another:
        _rotate_key(landing)
    is_anew = _make_way(landing, is_sample=is_sample) or is_another
    create_who_went(connection)
    gone = 0
    for one in staged:
        gone += _write(landing, one)
        for seq, account in one.by_seq.items():
            account.unchanged += copies.get((one.table.name, seq), 0)
    connection.execute("insert into raw.rejects from _landing_rejects")
    accounts = [account for one in staged for account in one.accounts]
    prove(connection, accounts, source.name)
    write_accounts(connection, source.name, accounts, landing.landed_at)
    _remember(landing, is_sample=is_sample)
    countries = dict(
        connection.execute("select source_name, default_country from raw.sources").fetchall()
    )
    landed_now = None if is_anew else Landed(source.name, landing.landed_at)
    refresh_parties(connection, key, countries, landed_now)
    connection.execute("commit" if is_kept else "rollback")
    if gone and is_kept:
        state.update(landing.warehouse, {"rows_gone_at": state.now()})
    landed.extend(accounts)
    if strict and rejected:
        refused = "1 row is" if rejected == 1 else f"{rejected:,} rows are"
        raise CheckFailedError(
            f"{source.name}: {refused} refused, and --strict then lands nothing of it. "
            f"{summarise_rejects(connection, most=3)}."
        )


def _keep_names_forgotten(forgotten: Forgotten, staged: Sequence[StagedTable]) -> None:
    """Let accounts and rejects name a file as raw does, where its name tells of somebody erased."""
    for one in staged:
        for account in one.accounts:
            account.file = forgotten.in_place_of(account.file) or account.file
        one.files.extend(told for file in [*one.files] if (told := forgotten.in_place_of(file)))


def _write(landing: Landing, staged: StagedTable) -> int:
    """Write a staged table to raw, and complete its accounts; gives how many rows went."""
    connection, source, table = landing.connection, landing.source, staged.table
    files = None if staged.is_replaced else staged.files
    clear_rejects(connection, source.name, table.name, files)
    before = count_rows(connection, table, source.name)
    states = upsert(connection, table, source.name, landing.landed_at)
    prove_written(
        source.name,
        table.name,
        before=before,
        inserted=sum(inserted for inserted, _, _ in states.values()),
        after=count_rows(connection, table, source.name),
    )
    for seq, (inserted, updated, unchanged) in states.items():
        account = staged.by_seq[seq]
        account.inserted += inserted
        account.updated += updated
        account.unchanged += unchanged
    _count_repairs(landing, table)
    return delete_unseen(connection, table, source.name) if staged.is_replaced else 0


def _rotate_key(landing: Landing) -> None:
    """Let refresh_parties hash everybody with the new key; say what that costs."""
    lost = rotate_key(landing.connection)
    landing.tell("The key is another: every hash of a customer or caller is a new one.")
    if lost:
        landing.tell(
            f"{lost} erased people were known by the old key alone: where a source still holds "
            "them, they land again. Take them out of the files, or erase them again."
        )


def _make_way(landing: Landing, *, is_sample: bool) -> bool:
    """Remove the sample before real data; forget numbers where their country has changed.

    Gives whether either was done, or somebody forgotten since the last landing, so that all of raw
    is looked through for people: a number may stand for nobody any more.
    """
    connection, source = landing.connection, landing.source
    is_done = bool(
        scalar(
            connection,
            # forgotten_at is cut to its second.
            "select max(forgotten_at) + interval 1 second >= "
            "(select max(landed_at) from raw.sources) from raw.forgotten",
        )
    )
    for known in read_known_sources(connection):
        if known.is_sample and not is_sample:
            delete_source(connection, known.name)
            landing.tell("The sample data is removed, as real data lands.")
            is_done = True
    country = scalar(
        connection, "select default_country from raw.sources where source_name = ?", [source.name]
    )
    if country not in (None, source.default_country):
        forget_numbers(connection, source.name)
        is_done = True
    return is_done


def _count_repairs(landing: Landing, table: Table) -> None:
    """Write how many landed rows of the table were mended, by column."""
    connection, source = landing.connection, landing.source
    connection.execute(
        "delete from raw.repairs where source_name = ? and table_name = ?",
        [source.name, table.name],
    )
    if mendable_columns(table):
        connection.execute(
            f"""
            insert into raw.repairs
            select ?, ?, column_name, count(*), ?
            from (select unnest(_mended) as column_name from {valid_rows(table)})
            group by column_name
            order by column_name
            """,
            [source.name, table.name, landing.landed_at],
        )


def _remember(landing: Landing, *, is_sample: bool) -> None:
    """Keep that the source is known, so that it can be landed again without being named."""
    source = landing.source
    path = source.location.definition or source.location.folder
    landing.connection.execute("delete from raw.sources where source_name = ?", [source.name])
    landing.connection.execute(
        "insert into raw.sources values (?, ?, ?, ?, ?, ?)",
        [
            source.name,
            str(path.resolve()),
            source.timezone,
            source.default_country,
            is_sample,
            landing.landed_at,
        ],
    )
