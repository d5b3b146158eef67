"""A command's time and memory, as the system counts them for its process."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# To a process the system counts what the one that started it had held until then, and this one
# draws files and compares marts. So a small one starts what is measured.
_STARTER = """
import json, os, subprocess, sys, time
started = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.monotonic() - started
code = process.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([code, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""


class StepFailedError(Exception):
    """A step did not end as it should, and what comes after it stands on it."""


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

    def __str__(self) -> str:
        seconds, cpu_seconds = f"{self.seconds:,.1f} s", f"{self.cpu_seconds:,.1f} processor s"
        return f"{seconds}, {cpu_seconds}, {self.peak_gb:.2f} GB at most"


def measured(step: str, command: Sequence[str | Path]) -> Measured:
    """Run a command to its end; raises StepFailedError with its last words."""
    with tempfile.TemporaryFile() as output:
        counted = subprocess.run(  # noqa: S603  of ours
            [sys.executable, "-c", _STARTER, *command],
            stdout=subprocess.PIPE,
            stderr=output,
            check=True,
        )
        code, seconds, cpu_seconds, kilobytes = json.loads(counted.stdout)
        if code:
            output.seek(0)
            last = output.read().decode(errors="replace")[-2000:]
            raise StepFailedError(f"{step} ended with {code}:\n{last}")
    return Measured(step, seconds, cpu_seconds, kilobytes * 1024 / 1e9)
