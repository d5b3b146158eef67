"""Commands that only read: what was rejected, what stands in the warehouse, what changed."""

# ruff: noqa: PLC0415
# As in cli.py: what takes long to import is imported where it is used.

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from service_kpis import contract, telling
from service_kpis.command import Session
from service_kpis.errors import InputError
from service_kpis.status import read_status


def rejects(
    session: Session,
    table: Annotated[
        str | None, typer.Option("--table", metavar="T", help="Of this table of the contract only.")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Every rejected row as CSV, to mend and land again.")
    ] = False,
) -> None:
    """Show what was rejected and why.

    This shows values of the data. With --json it gives the number of rejected rows by file.

    Example: service-kpis rejects --table calls --csv > rejected_calls.csv
    """
    from service_kpis import landing

    if as_csv and session.is_json:
        raise InputError("--csv and --json exclude each other. Give one of them.")
    if table is not None and table not in contract.tables():
        raise InputError(f"There is no table {table}. There are: {', '.join(contract.tables())}.")
    rows = landing.rejects(session.warehouse, table)
    if not as_csv:
        telling.rejects(session, rows)
    else:
        telling.rejects_csv(session, rows)


def status(session: Session) -> None:
    """Tell whether it is fresh and passed, and what is published.

    Also what is landed, with which vars and seeds the last build was made, and what rollback
    brings back. Always exits with 0, also when the warehouse is in use or not there.

    Example: service-kpis status
    """
    telling.status(session, read_status(session.warehouse))


def diff(  # noqa: PLR0913, PLR0917  an argument an option
    session: Session,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="The published file to compare with; without it, the one published before.",
        ),
    ] = None,
    kpi: Annotated[
        str | None, typer.Option("--kpi", metavar="KEY", help="Of this KPI, cell by cell.")
    ] = None,
    grain: Annotated[
        Literal["day", "week", "month", "quarter", "year"] | None,
        typer.Option(
            "--grain", help="Of these periods; without it months, or days of a KPI without months."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=0, help="At most so many cells.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="The cells that differ, as CSV.")] = False,
) -> None:
    """Tell what changed since the file published before.

    By KPI and period: cells that are new, gone or have another value; and changed definitions,
    variables and seeds. Values that differ by less than a billionth are the same.

    Example: service-kpis diff --kpi service_level --grain week
    """
    from service_kpis import comparing

    if as_csv and session.is_json:
        raise InputError("--csv and --json exclude each other. Give one of them.")
    published = session.warehouse.published
    # Whoever reads the CSV does not take a sentence for its header.
    tell = session.note if as_csv else session.say
    if not published.exists():
        tell("Nothing is published yet, so there is nothing to compare.")
        return
    former = file or comparing.file_before(session.warehouse)
    if former is None:
        tell("No file was published before this one, so there is nothing to compare.")
        return
    found = comparing.compare(former, published, kpi=kpi, grain=grain)
    if as_csv:
        telling.diff_csv(session, found, limit=limit)
    else:
        telling.diff(session, found, limit=limit, is_of_one_kpi=kpi is not None)
