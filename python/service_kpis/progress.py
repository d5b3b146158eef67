"""Progress for people, on stderr: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as LiveLine
from rich.table import Column

SECONDS_BETWEEN_PLAIN_LINES = 10.0


class Progress:
    """Tells what is being done; `step` begins a stage, `count` moves within it.

    The live line goes when the stage ends: what came of it is the command's to say.
    """

    def __init__(self, *, is_plain: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False)
        # rich takes FORCE_COLOR for a terminal, and would fill a log with cursor movements.
        self._is_live = sys.stderr.isatty() and not self._console.is_dumb_terminal and not is_plain
        self._live: LiveLine | None = None
        self._step = ""
        self._told_at = 0.0

    def step(self, text: str) -> None:
        """Begin a stage, told in a few words such as `building the marts`."""
        self.stop()
        self._step = text
        self._told_at = time.monotonic()
        if self._is_live:
            self._live = self._begin_line()
        else:
            self.line(f"{text} …")

    def count(self, done: int, total: int, current: str = "") -> None:
        """Tell how far the stage is, and what it is at; in plain lines, now and then only."""
        if not total:
            return
        if self._live is not None:
            task = self._live.task_ids[0]
            self._live.update(
                task, completed=done, total=total, count=f"{done:,} of {total:,}", current=current
            )
        elif not self._is_live and self._is_time_for_a_line():
            of = f": {current}" if current else ""
            self.line(f"{self._step}: {done:,} of {total:,}{of}")

    def line(self, text: str) -> None:
        """Say something that stays, without markup or wrapping."""
        if self._live is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self._live.console.print(text, markup=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the live line away."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _begin_line(self) -> LiveLine:
        live = LiveLine(
            SpinnerColumn("line"),
            TextColumn("{task.description}", table_column=Column(no_wrap=True)),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[count]}", table_column=Column(no_wrap=True)),
            TextColumn(
                "{task.fields[current]}",
                style="dim",
                markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
            ),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            expand=True,
        )
        live.add_task(self._step, total=None, count="", current="")
        live.start()
        return live

    def _is_time_for_a_line(self) -> bool:
        if time.monotonic() - self._told_at < SECONDS_BETWEEN_PLAIN_LINES:
            return False
        self._told_at = time.monotonic()
        return True
