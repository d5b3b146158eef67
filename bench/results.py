"""What a run of the benchmark says, for people and for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict

from bench.job import STEPS_OF_DAY, STEPS_OF_YEAR, Result
from bench.measure import Measured

FIXED_SECONDS = 20
"""What importing and parsing and 200 models cost whatever the size."""
TO_MARTS, TO_PEOPLE = ("land", "build", "publish"), ("validate", "report")


def seconds_of(steps: Sequence[Measured], names: Sequence[str]) -> float:
    return sum(one.seconds for one in steps if one.step in names)


def as_table(result: Result) -> str:
    """Write every step, then what is wanted of them beside what was measured."""
    floor = result.floor
    lines = [("", "seconds", "processor seconds", "peak GB", "× floor")]
    for title, steps in (
        ("floor", [floor] if floor else []),
        ("year", result.year),
        *((f"further day {number}", day) for number, day in enumerate(result.further_days, 1)),
    ):
        lines += [
            (
                f"{title}: {one.step}" if one.step != title else title,
                f"{one.seconds:,.1f}",
                f"{one.cpu_seconds:,.1f}",
                f"{one.peak_gb:.2f}",
                f"{one.seconds / floor.seconds:.2f}" if floor else "",
            )
            for one in steps
        ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    told = [
        "  ".join((name.ljust(widths[0]), *map(str.rjust, figures, widths[1:]))).rstrip()
        for name, *figures in lines
    ]
    rows = result.rows
    told.insert(0, f"{sum(rows.values()):,} rows, {rows.get('calls', 0):,} of them calls")
    told += [
        "",
        *(
            f"{name}: {measured:,.1f} (wanted: up to {most:,.1f})"
            for name, measured, most in wanted(result)
        ),
    ]
    told += [f"The floor's marts are not the job's: {one}" for one in result.differences]
    if result.failure:
        told.append(result.failure)
    return "\n".join(told)


def wanted(result: Result) -> list[tuple[str, float, float]]:
    """Give what is wanted of a run: its name, what was measured, the most it may be.

    Only of what was measured to its end.
    """
    if result.floor is None or len(result.year) < len(STEPS_OF_YEAR):
        return []
    floor = result.floor.seconds
    full = seconds_of(result.year, TO_MARTS)
    most_gb = 6 if result.size.calls <= 10_000_000 else 16
    found = [
        ("land + build + publish, seconds", full, 2 * floor + FIXED_SECONDS),
        ("validate + report, seconds", seconds_of(result.year, TO_PEOPLE), floor + FIXED_SECONDS),
        ("peak memory, GB", max(one.peak_gb for one in result.year), most_gb),
    ]
    for number, day in enumerate(result.further_days, 1):
        if len(day) == len(STEPS_OF_DAY):
            found += [
                (
                    f"land + build + publish of further day {number}, seconds",
                    seconds_of(day, TO_MARTS),
                    max(0.05 * full, FIXED_SECONDS),
                ),
                (
                    f"peak memory of further day {number}, GB",
                    max(one.peak_gb for one in day),
                    most_gb,
                ),
            ]
    return found


def as_json(result: Result) -> str:
    return json.dumps(
        {
            **asdict(result),
            "wanted": [
                {"what": name, "measured": measured, "most": most}
                for name, measured, most in wanted(result)
            ],
            "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        },
        indent=2,
    )
