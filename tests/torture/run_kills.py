"""Kills whole runs at random moments: what is published is the old or the new, the next run works.

Half of the moments are drawn from the time that the run publishes in, which is short.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb

from service_kpis.warehouse import PROJECT_DIR
from torture import little
from torture.trial import Trial

COUNTS = {"KILLS": 100, "WHOLE_KILLS": 2}
BEGINS_TO_PUBLISH = "publishing …\n"
HAS_PUBLISHED = "writing the report …\n"


@dataclass(frozen=True)
class Duration:
    """How long a run took, and its publishing, in seconds."""

    whole: float
    publishing: float


GUESS = Duration(whole=10.0, publishing=0.3)
"""Of the first run; the others take as long as the one before."""


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Kill KILLS runs of the little project, and WHOLE_KILLS of this one, which takes a minute."""
    random = Random(seed)  # noqa: S311  the same moments again are what is wanted
    with tempfile.TemporaryDirectory() as folder:
        checkout = little.make(Path(folder) / "checkout")
        yield from killed(checkout, Path(folder) / "a", counts["KILLS"], random)
        for trial in killed(PROJECT_DIR, Path(folder) / "b", counts["WHOLE_KILLS"], random):
            yield Trial(f"{trial.name}, whole project", trial.held, trial.detail)


def killed(checkout: Path, folder: Path, count: int, random: Random) -> Iterator[Trial]:
    """Kill so many runs, each of one call more than the run before; the first has none before."""
    folder.mkdir()
    source, warehouse = folder / "source", folder / "warehouse"
    published = warehouse / "service_kpis.duckdb"
    duration = GUESS
    for calls in range(1, count + 1):
        is_publishing = calls % 2 == 1
        longest = duration.publishing if is_publishing else duration.whole
        moment = random.uniform(0, longest)
        little.write_calls(source, calls)
        run = little.start(checkout, warehouse, "run", source)
        kill(run, moment, after=BEGINS_TO_PUBLISH if is_publishing else None)
        name = "kill -9 while a run publishes" if is_publishing else "kill -9 while a run works"
        detail = f"killed {moment:.3f} s of {longest:.3f} s in: "
        try:
            found = little.calls_published(published) if published.exists() else 0
            assert found in (calls - 1, calls), f"{found} calls are published, not {calls}"
            duration = finish(little.start(checkout, warehouse, "run"))
            found = little.calls_published(published)
            assert found == calls, f"{found} calls are published after the next run, not {calls}"
        except (AssertionError, duckdb.Error) as error:
            yield Trial(name, held=False, detail=f"{detail}{error}")
        else:
            yield Trial(name, held=True)


def kill(run: subprocess.Popen[str], moment: float, *, after: str | None) -> None:
    """Kill a run and all of its processes, so many seconds after it began or said something."""
    assert run.stderr is not None
    if after is not None:
        while (line := run.stderr.readline()) and line != after:
            pass
    time.sleep(moment)
    # The group is there as long as the run is not waited for, though it may have ended.
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()


def finish(run: subprocess.Popen[str]) -> Duration:
    """Let a run end; raises AssertionError with what it said where it did not succeed."""
    assert run.stderr is not None
    begun = began_to_publish = has_published = time.monotonic()
    said = []
    for line in run.stderr:
        said.append(line)
        if line == BEGINS_TO_PUBLISH:
            began_to_publish = time.monotonic()
        elif line == HAS_PUBLISHED:
            has_published = time.monotonic()
    assert run.wait() == 0, "".join(said)
    return Duration(time.monotonic() - begun, has_published - began_to_publish)
