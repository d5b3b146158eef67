"""A command's time and memory, as the system counts them for its process."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class CommandFailedError(Exception):
    """A measured command ended with another exit code than 0."""


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    step: str
    seconds: float
    """Wall clock."""
    cpu_seconds: float
    """Of all its threads, in the system too."""
    peak_gb: float
    """Most memory that it held at a time (resident set)."""


def measured(step: str, command: Sequence[str | Path]) -> Measured:
    """Run a command to its end; raises CommandFailedError with its last words."""
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603  of ours
            command, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            last = output.read().decode(errors="replace")[-2000:]
            raise CommandFailedError(f"{step} ended with {process.returncode}:\n{last}")
    return Measured(step, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9)
