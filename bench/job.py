"""The job that is measured: a year from files to the report, a further day, and the floor."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import data
from bench.compare import differences
from bench.data import Size
from bench.measure import Measured, measured

SERVICE_KPIS = Path(sys.executable).with_name("service-kpis")
STEPS = ("land", "build", "validate", "publish", "report")


@dataclass(frozen=True)
class Result:
    """What one run measured."""

    size: Size
    rows: dict[str, int]
    floor: Measured
    year: list[Measured]
    further_day: list[Measured]
    differences: list[str]
    """Where the floor's marts are not those of the job; empty is what makes them comparable."""


def run(folder: Path, size: Size, tell: Callable[[str], None]) -> Result:
    """Measure in `folder`, whose drawn files are used again if they are there.

    Raises CommandFailedError.
    """
    tell("drawing the files")
    drawn = folder / f"{size.calls}-calls-{size.days}-days-seed-{size.seed}-{size.format}"
    year, day = drawn / "year", drawn / "further_day"
    rows = data.write(year, size, 0, size.days)
    data.write(day, size, size.days, size.days + 1)

    warehouse, marts = folder / "warehouse", folder / "floor.duckdb"
    shutil.rmtree(warehouse, ignore_errors=True)
    marts.unlink(missing_ok=True)
    warehouse.mkdir(parents=True)

    def job(source: Path) -> list[Measured]:
        found = []
        for step in STEPS:
            tell(f"{source.name}: {step}")
            sources = [source] if step == "land" else []
            found.append(measured(step, [SERVICE_KPIS, step, *sources, "--warehouse", warehouse]))
        return found

    of_year = job(year)
    tell("floor")
    key = warehouse / "service_kpis.key"
    floor = measured("floor", [sys.executable, "-m", "bench.floor", year, marts, key])
    tell("comparing")
    different = differences(marts, warehouse / "build.duckdb")
    return Result(size, rows, floor, of_year, job(day), different)
