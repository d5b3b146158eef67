"""What changed between two published files: cells of kpi_values, definitions and settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from service_kpis.errors import InputError
from service_kpis.machine import resources
from service_kpis.publishing import Publication, kept_publications, publication, read_settings
from service_kpis.sql import literal
from service_kpis.warehouse import Warehouse

TOLERANCE = 1e-9
"""Sums of floats differ in their last digits from build to build: such cells are the same."""
DEFINITION = ("definition", "formula", "unit", "direction", "target", "target_on")
What = Literal["added", "gone", "changed"]


@dataclass(frozen=True)
class Cell:
    """A cell that differs; `change` is after − before, null where a side has no value."""

    kpi_key: str
    grain: str
    period_start: date
    dimension: str
    dimension_value: str
    what: What
    before: float | None
    after: float | None
    change: float | None
    sample_size_before: int | None
    sample_size_after: int | None

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "period_start": self.period_start.isoformat()}


@dataclass(frozen=True)
class OfKpi:
    """How many cells of a KPI are new, gone or changed, and the one whose value moved furthest."""

    kpi_key: str
    label: str
    unit: str
    same: int
    added: int
    gone: int
    changed: int
    largest: Cell | None

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "largest": self.largest and self.largest.as_dict()}


@dataclass(frozen=True)
class Edit:
    """A definition or a setting that differs; null where one side has none, or is too old to say.

    `what` is the KPI's key and column, or the variable or seed.
    """

    kind: Literal["definition", "variable", "seed"]
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two published files; `cells` by KPI, wholes and great changes first."""

    before: Publication
    after: Publication
    kpis: list[OfKpi]
    cells: list[Cell]
    edits: list[Edit]
    vars: dict[str, Any]
    """Those of the later file; empty where it does not say."""
    knows_settings: bool
    """Whether both files say what they were built with; those of earlier versions do not."""

    def as_dict(self, cells: int | None) -> dict[str, Any]:
        """Give it for `--json`, with so many of the cells; None = all."""
        return {
            "before": {**self.before.as_dict(), "as_of": self.before.as_of},
            "after": {**self.after.as_dict(), "as_of": self.after.as_of},
            "kpis": [each.as_dict() for each in self.kpis],
            "edits": [asdict(each) for each in self.edits],
            "cells": [each.as_dict() for each in self.cells[:cells]],
        }


def file_before(warehouse: Warehouse) -> Path | None:
    """Give the file published before the present one; None where none is kept."""
    kept = kept_publications(warehouse)
    return kept[0].path if kept else None


def compare(
    before: Path, after: Path, *, kpi: str | None = None, grain: str | None = None
) -> Comparison:
    """Compare two published files, of one KPI and at one grain where these are given.

    Without a grain, KPIs are compared at months, and those that have none at days. A value is
    changed when it differs by more than TOLERANCE of the larger one, or is known on one side only.
    Raises InputError for a file that is none of ours and a KPI that neither has.
    """
    files = [_publication(path) for path in (before, after)]
    settings = [read_settings(path) for path in (before, after)]
    with _both(before, after) as connection:
        _require_known(connection, kpi)
        _join(connection, kpi, grain)
        return Comparison(
            before=files[0],
            after=files[1],
            kpis=_kpis(connection),
            cells=_cells(connection),
            edits=[*_definitions(connection, kpi), *_settings(*settings)],
            vars=(settings[1] or {}).get("vars", {}),
            knows_settings=None not in settings,
        )


def _publication(path: Path) -> Publication:
    if not path.is_file():
        raise InputError(f"{path} is not there. Name a file that `publish` made.")
    if (found := publication(path)) is None:
        raise InputError(f"{path} can't be read, or `publish` did not make it.")
    return found


@contextmanager
def _both(before: Path, after: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open both files in one connection as `before` and `after`, read-only."""
    with duckdb.connect(config={**resources().settings}) as connection:
        for name, path in (("before", before), ("after", after)):
            connection.execute(f"attach {literal(str(path))} as {name} (read_only)")
        try:
            yield connection
        except (duckdb.CatalogException, duckdb.BinderException):
            raise InputError(
                f"{before} or {after} lacks the tables of KPIs, so they can't be compared."
            ) from None


def _require_known(connection: duckdb.DuckDBPyConnection, kpi: str | None) -> None:
    keys = connection.execute(
        "select kpi_key from before.marts.kpi_catalogue union "
        "select kpi_key from after.marts.kpi_catalogue order by 1"
    ).fetchall()
    if kpi is not None and (kpi,) not in keys:
        raise InputError(f"There is no KPI {kpi}. There are: {', '.join(key for (key,) in keys)}.")


def _join(connection: duckdb.DuckDBPyConnection, kpi: str | None, grain: str | None) -> None:
    """Put the cells of both files side by side in `compared`."""
    side = """
        select *
        from {file}.marts.kpi_values
        where ($kpi is null or kpi_key = $kpi)
          and grain = coalesce(
              $grain, case when kpi_key in (from of_months) then 'month' else 'day' end
          )
    """
    connection.execute("""
        create temp table of_months as
        select distinct kpi_key from after.marts.kpi_values where grain = 'month'
        union
        select distinct kpi_key from before.marts.kpi_values where grain = 'month'
    """)
    connection.execute(
        f"""
        create temp table compared as
        with former as ({side.format(file="before")}),
        present as ({side.format(file="after")}),
        both_sides as (
            select
                kpi_key, grain, period_start, dimension, dimension_value,
                former.value as before, present.value as after,
                former.sample_size as sample_size_before, present.sample_size as sample_size_after,
                former.grain is not null as was_there, present.grain is not null as is_there,
            from former
            full join present
                using (kpi_key, grain, period_start, dimension, dimension_value)
        )
        select
            *,
            after - before as change,
            case
                when not was_there then 'added'
                when not is_there then 'gone'
                when before is not distinct from after then 'same'
                when abs(after - before) <= $tolerance * greatest(abs(before), abs(after))
                    then 'same'
                else 'changed'
            end as what,
        from both_sides
        """,
        {"kpi": kpi, "grain": grain, "tolerance": TOLERANCE},
    )


def _cells(connection: duckdb.DuckDBPyConnection) -> list[Cell]:
    """Read the cells that differ: by KPI, wholes first, then by how far the value moved."""
    rows = connection.execute("""
        select kpi_key, grain, period_start, dimension, dimension_value, what, before, after,
               change, sample_size_before, sample_size_after
        from compared
        where what <> 'same'
        order by kpi_key, dimension <> 'all', abs(change) desc nulls last, period_start desc,
                 grain, dimension, dimension_value
    """).fetchall()
    return [Cell(*row) for row in rows]


def _kpis(connection: duckdb.DuckDBPyConnection) -> list[OfKpi]:
    """Read what changed of each KPI, in the order of their keys."""
    rows = connection.execute("""
        with counted as (
            select
                kpi_key,
                count(*) filter (what = 'same') as same,
                count(*) filter (what = 'added') as added,
                count(*) filter (what = 'gone') as gone,
                count(*) filter (what = 'changed') as changed,
                arg_max(
                    struct_pack(
                        grain, period_start, dimension, dimension_value, what, before, after,
                        change, sample_size_before, sample_size_after
                    ),
                    (abs(change), dimension = 'all', sample_size_after)
                ) filter (what = 'changed' and change is not null) as largest
            from compared
            group by kpi_key
        )
        select
            kpi_key,
            coalesce(present.label_en, former.label_en),
            coalesce(present.unit, former.unit),
            same, added, gone, changed, largest
        from counted
        left join after.marts.kpi_catalogue as present using (kpi_key)
        left join before.marts.kpi_catalogue as former using (kpi_key)
        where added + gone + changed > 0
        order by kpi_key
    """).fetchall()
    return [
        OfKpi(key, label, unit, same, added, gone, moved, Cell(key, **far) if far else None)
        for key, label, unit, same, added, gone, moved, far in rows
    ]


def _definitions(connection: duckdb.DuckDBPyConnection, kpi: str | None) -> Iterator[Edit]:
    """Give what the catalogues say otherwise: KPIs that are new or gone, and changed columns."""
    columns = ", ".join(
        f"cast(former.{name} as text), cast(present.{name} as text)" for name in DEFINITION
    )
    rows = connection.execute(
        f"""
        select kpi_key, former.label_en, present.label_en, {columns}
        from before.marts.kpi_catalogue as former
        full join after.marts.kpi_catalogue as present using (kpi_key)
        where $1 is null or kpi_key = $1
        order by kpi_key
        """,
        [kpi],
    ).fetchall()
    for key, label_before, label_after, *told in rows:
        if label_before is None or label_after is None:
            yield Edit("definition", key, label_before, label_after)
            continue
        for name, before, after in zip(DEFINITION, told[::2], told[1::2], strict=True):
            if before != after:
                yield Edit("definition", f"{key}.{name}", before, after)


def _settings(former: dict[str, Any] | None, present: dict[str, Any] | None) -> Iterator[Edit]:
    """Give the variables and seeds that the files were built with and that differ."""
    if former is None or present is None:
        return
    kinds: Sequence[tuple[Literal["variable", "seed"], str]] = (
        ("variable", "vars"),
        ("seed", "seeds"),
    )
    for kind, group in kinds:
        was, is_now = former.get(group, {}), present.get(group, {})
        for name in dict.fromkeys([*was, *is_now]):
            if was.get(name) != is_now.get(name):
                yield Edit(kind, name, _text(was.get(name)), _text(is_now.get(name)))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
