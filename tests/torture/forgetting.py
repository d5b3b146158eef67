"""`forget` killed at random moments: before or after, and running it again finishes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import duckdb

from canaries import ANNE, canaries, land_canaries, leaks, publish_canaries
from service_kpis.warehouse import Warehouse
from torture.trial import Trial

COUNTS = {"FORGET_KILLS": 50}
_FORGET = "import sys; from service_kpis.cli import main; sys.exit(main())"
GIVEN = ("K-ANNE-7301", "06 39 98 11 22", "anne.kanari@example.com")


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Kill an erasure, see that every file opens, run it again, and look for what is left."""
    random = Random(seed)  # noqa: S311  the same moments again are what is wanted
    with tempfile.TemporaryDirectory() as folder:
        whole = Warehouse(Path(folder) / "whole")
        land_canaries(whole, Path(folder) / "sources")
        publish_canaries(whole, "first")
        kpis = _kpis(whole)
        longest = 0.0
        for number in range(counts["FORGET_KILLS"] + 1):
            warehouse = Warehouse(Path(folder) / f"copy_{number}")
            shutil.copytree(whole.folder, warehouse.folder)
            given = random.choice(GIVEN)
            started = time.monotonic()
            process = _start(warehouse, given)
            if number == 0:
                process.wait()
                longest = time.monotonic() - started
            else:
                after = random.uniform(0.3, 1.0) * longest
                time.sleep(after)
                process.kill()
                process.wait()
            seen = _kpis(warehouse)
            code = _start(warehouse, given).wait()
            left = leaks(warehouse.folder, canaries(ANNE))
            held = seen == kpis == _kpis(warehouse) and code == 0 and not left
            detail = f"seed {seed}, number {number}, {given}: exit {code}, left {left[:5]}"
            yield Trial("kill -9 while forgetting, then again", held, detail)
            shutil.rmtree(warehouse.folder)


def _start(warehouse: Warehouse, given: str) -> subprocess.Popen[bytes]:
    arguments = ["forget", given, "--warehouse", str(warehouse.folder), "--json"]
    return subprocess.Popen(
        [sys.executable, "-c", _FORGET, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kpis(warehouse: Warehouse) -> list[object]:
    """Read the KPIs of both files; whichever state they are in, they open and say the same."""
    found: list[object] = []
    for path in (warehouse.build, warehouse.published):
        with duckdb.connect(path, read_only=True) as connection:
            found.append(connection.execute("from marts.kpi_values").fetchall())
    return found
