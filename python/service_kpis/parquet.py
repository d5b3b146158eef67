"""Lay each published table beside the published file as Parquet, for who can't read DuckDB."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from service_kpis import state
from service_kpis.errors import InputError
from service_kpis.machine import resources
from service_kpis.marts_file import published_tables
from service_kpis.progress import Progress
from service_kpis.publishing import Publication
from service_kpis.sql import identifier, literal
from service_kpis.warehouse import let_read

DRAFTS = ".service_kpis.tmp"
"""The folder in the user's one where files grow; a reader of `*.parquet` does not see it."""

MARK = "service_kpis_build_id"
"""The key of the Parquet metadata by which we know our own files."""


@dataclass(frozen=True)
class Written:
    """What stands in the folder now: `tables` as <table>.parquet, without the `removed` ones."""

    folder: Path
    tables: list[str]
    removed: list[str]

    def as_dict(self) -> dict[str, str | list[str]]:
        return {"folder": str(self.folder), "tables": self.tables, "removed": self.removed}


def prepare(folder: Path) -> None:
    """Make the folder if it is not there; raises InputError where it can't be written to.

    The caller holds the warehouse, lest the drafts of another run are cleared. It is tried by
    making the folder of drafts: permissions alone don't tell of a read-only disk.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file. Give a folder for the Parquet files.")
    try:
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in new:
            let_read(each)
        _clear(folder)
        (folder / DRAFTS).mkdir()
        (folder / DRAFTS).rmdir()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise InputError(
            f"{folder} can't be written to: {error.strerror}. Give a folder that you may write to."
        ) from None


def write(published: Publication, folder: Path, progress: Progress) -> Written:
    """Write every table of a published file to <table>.parquet in a prepared folder.

    All are written in full before the first takes its place, so that a reader finds whole files,
    and those of two builds side by side for an instant only. Of a table that is no longer
    published, our file is removed; no other file is touched. Raises InputError where a file that
    we did not write has the name of one of ours.
    """
    progress.step("writing Parquet")
    drafts = folder / DRAFTS
    try:
        with duckdb.connect(
            published.path, read_only=True, config={**resources().settings}
        ) as connection:
            tables = published_tables(connection)
            ours = {path.stem for path in folder.glob("*.parquet") if _is_ours(path)}
            _require_not_in_the_way(folder, tables, ours)
            drafts.mkdir()
            for number, table in enumerate(tables):
                progress.count(number, len(tables))
                _write_table(connection, table, drafts / f"{table}.parquet", published)
        let_read(drafts)
        for table in tables:
            (drafts / f"{table}.parquet").replace(folder / f"{table}.parquet")
    finally:  # a full disk should not stay full for files that nobody reads
        _clear(folder)
    removed = sorted(ours - set(tables))
    for table in removed:
        (folder / f"{table}.parquet").unlink()
    state.sync(folder)
    return Written(folder, tables, removed)


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: str, draft: Path, published: Publication
) -> None:
    about = {MARK: published.id, "published_at": published.at, "as_of": published.as_of}
    metadata = ", ".join(
        f"{key}: {literal(value)}" for key, value in about.items() if value is not None
    )
    connection.execute(
        f"copy (select * from marts.{identifier(table)}) to {literal(str(draft))} "
        f"(format parquet, compression zstd, kv_metadata {{{metadata}}})"
    )
    state.sync(draft)


def _is_ours(path: Path) -> bool:
    """Tell whether we wrote a file; what is no readable Parquet is somebody else's."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        return MARK.encode() in (pq.read_metadata(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def _require_not_in_the_way(folder: Path, tables: list[str], ours: set[str]) -> None:
    for table in tables:
        path = folder / f"{table}.parquet"
        if table not in ours and (path.exists() or path.is_symlink()):
            raise InputError(
                f"{path} was not written by service-kpis, so it is not replaced: "
                "service_kpis.duckdb is published, no Parquet is written. Move that file away, or "
                "give another folder."
            )


def _clear(folder: Path) -> None:
    """Remove the drafts of this run, or of one that was killed."""
    drafts = folder / DRAFTS
    if drafts.exists():
        shutil.rmtree(drafts)
