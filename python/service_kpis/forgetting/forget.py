"""Erase a person from a warehouse, whole or not at all, and again where it was cut short."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from service_kpis import state
from service_kpis.contract import tables
from service_kpis.errors import InputError
from service_kpis.forgetting.erasure import (
    Erasure,
    make_erasure,
    pending,
    read_pending,
    write_pending,
)
from service_kpis.forgetting.person import find_person
from service_kpis.forgetting.rewrite import rewrite
from service_kpis.forgetting.tables import build_table, published_table
from service_kpis.forgetting.texts import clean_texts
from service_kpis.increment.changes import forget_increment
from service_kpis.landing.forgotten import read_forgotten, redacted_row
from service_kpis.landing.keys import warehouse_key
from service_kpis.landing.store import create_raw_tables
from service_kpis.progress import Progress
from service_kpis.sql import identifier, scalar
from service_kpis.warehouse import Warehouse


@dataclass(frozen=True)
class Forgetting:
    """What an erasure did."""

    was_forgotten: bool
    """The person had been erased before; nothing was left to do."""
    customers: int = 0
    numbers: int = 0
    """How many telephone numbers, however often each was written otherwise."""
    e_mails: int = 0
    shared_numbers: int = 0
    """Numbers that stay where they are somebody else's."""
    rows: dict[str, int] | None = None
    """Rows of raw that bear a token now, by table; their content is otherwise as it was."""
    rejects: int = 0
    """Rejected rows that lost their content; they are counted as before."""
    files: tuple[Path, ...] = ()
    """Every file that was written anew."""

    def as_dict(self) -> dict[str, Any]:
        """Give it for `--json`."""
        return {**asdict(self), "files": [str(path) for path in self.files]}


def forget(warehouse: Warehouse, given: str, progress: Progress) -> Forgetting:
    """Erase who has an id, a telephone number or an e-mail address; the caller holds the lock.

    An erasure that was cut short is finished first: `given` may not be known any more. Raises
    InputError where nobody is known by it, or several people are.
    """
    if not warehouse.build.exists():
        raise InputError(f"Nothing is landed in {warehouse.folder}, so nobody is known there.")
    with warehouse.connect() as connection:
        create_raw_tables(connection)
        key, _ = warehouse_key(warehouse, connection)
    unfinished = read_pending(warehouse)
    if unfinished:
        progress.step("finishing an erasure that was cut short")
        finished = _carry_out(warehouse, unfinished, key)
    with warehouse.connect() as connection:
        connection.execute("checkpoint")
        countries = _countries(connection)
        person = find_person(connection, given, countries)
        if person is None:
            if not _is_forgotten(connection, key, given, countries):
                raise InputError(
                    "Nobody is known by that. Give a customer's id, a telephone number (with + and "
                    "its country code), or an e-mail address, as the sources have it."
                )
            return finished if unfinished else Forgetting(was_forgotten=True)
        erasure = make_erasure(connection, key, person)
    progress.step("erasing")
    write_pending(warehouse, erasure)
    return _carry_out(warehouse, erasure, key)


def _countries(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select distinct default_country from raw.sources where default_country is not null"
    ).fetchall()
    return sorted(country for (country,) in rows) or ["ZZ"]


def _is_forgotten(
    connection: duckdb.DuckDBPyConnection, key: bytes, given: str, countries: list[str]
) -> bool:
    forgotten = read_forgotten(connection, key)
    return any(forgotten.any(given, country) for country in countries)


def _carry_out(warehouse: Warehouse, erasure: Erasure, key: bytes) -> Forgetting:
    """Rewrite every file; each step may be done again, and the last one says that all are done."""
    databases = [
        warehouse.build,
        *(path for path in sorted(warehouse.folder.glob("*.duckdb")) if path != warehouse.build),
    ]
    with warehouse.connect() as connection:
        forget_increment(connection)
    rewrite(warehouse.build, build_table(erasure, key, state.now().rstrip("Z")))
    for path in databases[1:]:
        rewrite(path, published_table(erasure, key))
    texts = clean_texts(warehouse, erasure)
    with warehouse.connect(read_only=True) as connection:
        rows = _rows(connection, erasure)
        rejects = _rejects(connection, erasure)
    pending(warehouse).unlink()
    state.sync(warehouse.folder)
    return Forgetting(
        was_forgotten=False,
        customers=len(erasure.customers),
        numbers=len(erasure.normalised),
        e_mails=len(erasure.e_mails),
        shared_numbers=erasure.shared_numbers,
        rows=rows,
        rejects=rejects,
        files=(*databases, *texts),
    )


def _rows(connection: duckdb.DuckDBPyConnection, erasure: Erasure) -> dict[str, int]:
    """Count the rows of raw that bear a token of the person, by table that has any."""
    tokens = erasure.tokens
    found = {}
    for table in tables().values():
        holding = [
            f"list_contains($tokens::varchar[], {identifier(column.name)})"
            for column in table.columns
            if column.name in ("customer_id", "caller_number", "value")
        ]
        if holding:
            row = connection.execute(
                f"select count(*) from raw.{identifier(table.name)} where {' or '.join(holding)}",
                {"tokens": tokens},
            ).fetchone()
            if row and row[0]:
                found[table.name] = int(row[0])
    return found


def _rejects(connection: duckdb.DuckDBPyConnection, erasure: Erasure) -> int:
    return int(
        scalar(
            connection,
            "select count(*) from raw.rejects where list_contains(?::varchar[], row_json)",
            [[redacted_row(token) for token in erasure.tokens]],
        )
    )
