"""Progress for people, on stderr: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.status import Status

SECONDS_BETWEEN_PLAIN_LINES = 10.0


class Progress:
    """Tells what is being done; `step` begins a stage, `count` moves within it."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._status: Status | None = None
        self._step = ""
        self._told_at = 0.0

    def step(self, text: str) -> None:
        """Begin a stage, told in a few words such as `building the marts`."""
        self._step = text
        self._told_at = time.monotonic()
        if not self._console.is_terminal:
            self.line(f"{text} …")
        elif self._status is None:
            self._status = self._console.status(text)
            self._status.start()
        else:
            self._status.update(text)

    def count(self, done: int, total: int) -> None:
        """Tell how far the stage is; elsewhere than on a terminal, now and then only."""
        text = f"{self._step}: {done} of {total}"
        if self._status is not None:
            self._status.update(text)
        elif time.monotonic() - self._told_at >= SECONDS_BETWEEN_PLAIN_LINES:
            self._told_at = time.monotonic()
            self.line(text)

    def line(self, text: str) -> None:
        """Say something that stays, without markup or wrapping."""
        if self._status is None:
            print(text, file=sys.stderr, flush=True)
        else:
            self._console.print(text, markup=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the live line away."""
        if self._status is not None:
            self._status.stop()
            self._status = None
