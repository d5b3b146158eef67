"""Runs every module and prints one table: what was tried, how often, how many held.

make torture                              everything, as often as each module says
make torture KILLS=20 FILES=50 SEED=7     some things less often, another draw
make torture ONLY=kills                   one module
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from torture import (
    files,
    forgetting,
    landing_kills,
    publish_kills,
    readers,
    refusals,
    run_kills,
    safe_sources,
)
from torture.trial import Trial

MODULES: tuple[ModuleType, ...] = (
    *(files, landing_kills),
    *(publish_kills, readers, refusals, run_kills),
    *(forgetting, safe_sources),
)
DETAILS_SHOWN = 10
SECONDS_BETWEEN_LINES = 60.0
TALLIES = ("tried", "held")


@dataclass
class Row:
    """A row of the table: the trials of one name."""

    module: str
    name: str
    tried: int = 0
    held: int = 0
    seconds: float = 0.0
    details: list[str] = field(default_factory=list)

    def add(self, trial: Trial, seconds: float) -> None:
        self.tried += 1
        self.held += trial.held
        self.seconds += seconds
        if not trial.held:
            self.details.append(trial.detail)


def main(arguments: Sequence[str]) -> int:
    """Run what `NAME=VALUE` arguments ask for; 0 if all held, 1 else, 2 usage, 130 interrupted."""
    counts = {name: count for module in MODULES for name, count in module.COUNTS.items()}
    seed, only = 1, None
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name == "ONLY" and value in map(short_name, MODULES):
            only = value
        elif name == "SEED" and value.isdecimal():
            seed = int(value)
        elif name in counts and value.isdecimal():
            counts[name] = int(value)
        else:
            print(f"{argument} means nothing here. {usage(counts)}", file=sys.stderr)
            return 2
    rows: list[Row] = []
    try:
        for module in MODULES:
            if only in (None, short_name(module)):
                print(f"{short_name(module)} …", file=sys.stderr, flush=True)
                run(module, counts, seed, rows)
    except KeyboardInterrupt:
        print("interrupted; until then:", file=sys.stderr)
        print_table(rows)
        return 130
    print_table(rows)
    return int(any(row.held < row.tried for row in rows))


def short_name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def usage(counts: Mapping[str, int]) -> str:
    numbers = ", ".join(f"{name}={count}" for name, count in counts.items())
    return f"There are SEED=1, ONLY=<{'|'.join(map(short_name, MODULES))}>, {numbers}."


def run(module: ModuleType, counts: Mapping[str, int], seed: int, told: list[Row]) -> None:
    """Run one module's trials into `told`; one that breaks off counts as one that did not hold."""
    rows: dict[str, Row] = {}
    started = told_at = time.monotonic()

    def add(trial: Trial) -> None:
        nonlocal started, told_at
        now = time.monotonic()
        if trial.name not in rows:
            rows[trial.name] = Row(short_name(module), trial.name)
            told.append(rows[trial.name])
        rows[trial.name].add(trial, now - started)
        started = now
        if now - told_at > SECONDS_BETWEEN_LINES:
            told_at = now
            tried, held = (sum(getattr(row, what) for row in rows.values()) for what in TALLIES)
            print(f"{short_name(module)}: {tried:,} tried, {held:,} held", file=sys.stderr)

    try:
        for trial in module.trials(counts, seed):
            add(trial)
    except Exception:  # noqa: BLE001  the other modules' trials are worth having all the same
        add(Trial("every trial was made", held=False, detail=traceback.format_exc()))


def print_table(rows: Sequence[Row]) -> None:
    """Print the summary, then what did not hold."""
    lines = [("part", "what was tried", "tried", "held", "seconds")]
    lines += [
        (row.module, row.name, f"{row.tried:,}", f"{row.held:,}", f"{row.seconds:,.0f}")
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for module, name, *numbers in lines:
        texts = (module.ljust(widths[0]), name.ljust(widths[1]))
        print("  ".join((*texts, *map(str.rjust, numbers, widths[2:]))))
    for row in rows:
        for detail in row.details[:DETAILS_SHOWN]:
            print(f"\nDid not hold: {row.module}, {row.name}\n{detail.rstrip()}")
        if len(row.details) > DETAILS_SHOWN:
            print(f"\n… and {len(row.details) - DETAILS_SHOWN} more of {row.name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
