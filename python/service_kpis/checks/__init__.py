"""The checks that are Python: each reads build.duckdb and gives its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from service_kpis.checks import personal_data, recomputation
from service_kpis.outcome import Check
from service_kpis.progress import Progress


def python_checks(
    connection: duckdb.DuckDBPyConnection,
    chosen: Mapping[str, Any],
    seeds: Path,
    progress: Progress,
) -> Iterator[Check]:
    """Run every Python check, in the order of `validate`; a new one has its line here.

    `chosen` are the vars and `seeds` is the folder of seeds that the last build was made with.
    """
    progress.step("searching for personal data")
    yield from personal_data.check(connection, chosen)
    progress.step("computing the KPIs a second time")
    yield from recomputation.check(connection, chosen, seeds, progress.count)
