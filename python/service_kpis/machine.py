"""What of the machine a command takes: memory and threads, as it may and as it did."""

from __future__ import annotations

import os
import re
import resource
import sys
from dataclasses import dataclass
from functools import cache

import duckdb

from service_kpis.errors import STAYS, InputError, MachineError

MEMORY, THREADS = "SERVICE_KPIS_MEMORY_LIMIT", "SERVICE_KPIS_THREADS"
SHARE = 0.25
"""Of the memory that DuckDB would take by itself, which is 80 % of the machine's or container's."""
LEAST_SHARE = 1_000_000_000
LEAST_ADDRESSES = 1_000_000_000
"""Bytes of address space in which a small file can land."""
_BYTES_OF_A_ROW = 400
"""Of memory for each row of raw, with which two models can be computed at a time."""
_BYTES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_IS_POWER_OF_TWO = {"KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]i?)B", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Resources:
    """How much DuckDB may take."""

    memory_bytes: int
    threads: int

    @property
    def settings(self) -> dict[str, str]:
        """The settings of DuckDB that say so; what it frees goes back to the machine soon."""
        return {
            "memory_limit": f"{self.memory_bytes}B",
            "threads": str(self.threads),
            "allocator_background_threads": "true",
        }


def resources() -> Resources:
    """Give what DuckDB may take: what the user says, else a share of the memory and all cores.

    A container's limits count as the machine's. Raises InputError where the user's say is none.
    """
    memory, threads = _of_the_machine()
    asked = os.environ.get(MEMORY, "")
    if asked:
        found = _SIZE.fullmatch(asked)
        if found is None or not _bytes(found):
            raise InputError(f"{MEMORY} is no size. Write one such as 4GB or 500MB.")
        memory = _bytes(found)
    else:
        memory = max(int(memory * SHARE), min(memory, LEAST_SHARE))
    asked = os.environ.get(THREADS, "")
    if asked:
        if not re.fullmatch(r"0*[1-9]\d{0,3}", asked, re.ASCII):
            raise InputError(f"{THREADS} is no number of threads. Write one such as 4.")
        threads = int(asked)
    return Resources(memory, threads)


def models_at_a_time(raw_rows: int) -> int:
    """Give how many models a build computes at a time.

    DuckDB takes all threads for one. A second fills the time in which dbt words the next, which is
    much of a small build; in a large one the two are short of memory.
    """
    return 2 if raw_rows * _BYTES_OF_A_ROW <= resources().memory_bytes else 1


@cache
def _of_the_machine() -> tuple[int, int]:
    """Ask DuckDB, which knows of containers, for the memory and threads that it would take."""
    with duckdb.connect() as connection:
        memory, threads = connection.execute(
            "select current_setting('memory_limit'), current_setting('threads')"
        ).fetchone() or ("1.0 GiB", 1)
    found = _SIZE.fullmatch(memory)
    return _bytes(found) if found else LEAST_SHARE, int(threads)


def _bytes(size: re.Match[str]) -> int:
    return int(float(size[1]) * (_BYTES | _IS_POWER_OF_TWO)[size[2].upper()])


def peak_memory() -> int:
    """Give the most bytes of memory that this process held at a time."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def used() -> dict[str, int]:
    """Give what a command could take and what it took, for its `--json`."""
    may = resources()
    return {
        "memory_limit_bytes": may.memory_bytes,
        "threads": may.threads,
        "peak_memory_bytes": peak_memory(),
    }


def require_memory() -> None:
    """Raise MachineError where no library could be loaded: some then end the process by force."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESSES:
        raise MachineError(
            f"The limit of memory (`ulimit -v`) is {limit // 1_000_000:,} MB, of which this "
            f"software takes {LEAST_ADDRESSES // 1_000_000:,} before it has read anything. Raise "
            f"it, then run the command again. {STAYS}"
        )
