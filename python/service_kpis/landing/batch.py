"""Hand what Python computed to DuckDB, a column at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]


@contextmanager
def batch(
    connection: duckdb.DuckDBPyConnection,
    texts: Mapping[str, Sequence[str | None]],
    numbers: Mapping[str, Sequence[int]] | None = None,
) -> Iterator[None]:
    """Hand columns to DuckDB as `_landing_batch`: texts first, then numbers."""
    arrays = [pa.array(values, type=pa.string()) for values in texts.values()]
    arrays += [pa.array(values, type=pa.int64()) for values in (numbers or {}).values()]
    connection.register("_landing_batch", pa.table(arrays, names=[*texts, *(numbers or {})]))
    try:
        yield
    finally:
        connection.unregister("_landing_batch")
