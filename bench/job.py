"""The job that is measured: a year from files to the report, two further days, and the floor."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from bench import data
from bench.compare import differences
from bench.data import Size
from bench.measure import Measured, StepFailedError, measured

SERVICE_KPIS = Path(sys.executable).with_name("service-kpis")
STEPS_OF_YEAR = ("land", "build", "validate", "publish", "report")
STEPS_OF_DAY = ("land", "build", "validate", "publish")
"""What was not validated is not published."""
FURTHER_DAYS = 2
"""The first goes on from a build of everything, the second from that of a day."""


@dataclass
class Result:
    """What one run measured, until the step that failed if one did."""

    size: Size
    rows: dict[str, int] = field(default_factory=dict)
    """Of the year, by table."""
    floor: Measured | None = None
    year: list[Measured] = field(default_factory=list)
    further_days: list[list[Measured]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    """Where the floor's marts are not those of the job; empty is what makes them comparable."""
    failure: str | None = None

    @property
    def is_good(self) -> bool:
        return self.failure is None and not self.differences


def run(folder: Path, size: Size, tell: Callable[[str], None]) -> Result:
    """Measure in `folder`, whose drawn files are used again if they are there.

    `tell` is given the words of one line after the other, those of its end when a step has ended.
    """
    result = Result(size)
    try:
        _run(folder, result, tell)
    except StepFailedError as error:
        tell("failed\n")
        result.failure = str(error)
    return result


def _run(folder: Path, result: Result, tell: Callable[[str], None]) -> None:
    size = result.size
    drawn = folder / f"{size.calls}-calls-{size.days}-days-seed-{size.seed}-{size.format}"
    year = drawn / "year"
    days = [drawn / f"further_day_{number}" for number in range(1, FURTHER_DAYS + 1)]
    tell("drawing the files … ")
    result.rows = data.write(year, size, 0, size.days)
    for first, day in enumerate(days, size.days):
        data.write(day, size, first, first + 1)
    tell(f"{sum(result.rows.values()):,} rows\n")

    warehouse, marts = folder / "warehouse", folder / "floor.duckdb"
    shutil.rmtree(warehouse, ignore_errors=True)
    marts.unlink(missing_ok=True)
    warehouse.mkdir(parents=True)

    def measure(title: str, step: str, command: Sequence[str | Path]) -> Measured:
        tell(f"{title} … ")
        found = measured(step, command)
        tell(f"{found}\n")
        return found

    def measure_steps(source: Path, steps: Sequence[str], into: list[Measured]) -> None:
        for step in steps:
            command: list[str | Path] = [SERVICE_KPIS, step, "--warehouse", warehouse]
            command += [source] if step == "land" else []
            into.append(measure(f"{source.name}: {step}", step, command))

    measure_steps(year, STEPS_OF_YEAR, result.year)
    key = warehouse / "service_kpis.key"
    result.floor = measure(
        "floor", "floor", [sys.executable, "-m", "bench.floor", year, marts, key]
    )
    tell("comparing … ")
    try:
        result.differences = differences(marts, warehouse / "build.duckdb")
    except duckdb.Error as error:
        raise StepFailedError(f"comparing ended with {error}") from error
    tell(f"{len(result.differences)} differences\n")
    for day in days:
        result.further_days.append([])
        measure_steps(day, STEPS_OF_DAY, result.further_days[-1])
