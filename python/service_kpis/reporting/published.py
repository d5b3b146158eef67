"""What the report reads: the published file, opened read-only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from service_kpis.errors import InputError


@dataclass(frozen=True)
class Kpi:
    """A row of marts.kpi_catalogue: what a KPI is, in words."""

    key: str
    theme: str
    label_en: str
    label_fr: str
    definition_en: str
    definition_fr: str
    formula: str
    unit: str
    direction: str | None
    target: float | None
    target_on: date | None
    owner: str
    source_article: str


@contextmanager
def open_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only.

    Raises InputError (exit 2) where nothing is published yet, or the file isn't one of ours: the
    report was asked for before there was anything to report.
    """
    if not path.exists():
        raise InputError(
            f"Nothing is published in {path.parent} yet. "
            "Run `service-kpis run` first: it builds, publishes and writes the report."
        )
    try:
        connection = duckdb.connect(path, read_only=True)
    except duckdb.Error:
        raise InputError(
            f"{path} cannot be opened as a DuckDB file. Run `service-kpis run` to publish it again."
        ) from None
    with connection:
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException):
            raise InputError(
                f"{path} lacks tables that the report reads: another release published it. "
                "Run `service-kpis run` to publish it again."
            ) from None


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> list[Kpi]:
    """Read every KPI, in the catalogue's own order."""
    rows = connection.execute("""
        select
            kpi_key,
            coalesce(theme, ''),
            coalesce(label_en, kpi_key),
            coalesce(label_fr, label_en, kpi_key),
            coalesce(definition, ''),
            coalesce(definition_fr, definition, ''),
            coalesce(formula, ''),
            coalesce(unit, ''),
            direction,
            cast(target as double),
            target_on,
            coalesce(owner, ''),
            coalesce(source_article, '')
        from marts.kpi_catalogue
    """).fetchall()
    return [Kpi(*row) for row in rows]
