"""The checks that are Python: each reads build.duckdb and gives its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import duckdb

from service_kpis.checks import personal_data
from service_kpis.outcome import Check

PYTHON_CHECKS: tuple[Callable[[duckdb.DuckDBPyConnection], Iterable[Check]], ...] = (
    personal_data.check,
)
"""`validate` runs them in this order, after Great Expectations; a new one has its line here."""
