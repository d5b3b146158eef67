"""Hand what Python computes to DuckDB, a column at a time, and what it reads to Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from service_kpis.landing.files import BATCH


def read_batches(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()
) -> Iterator[list[list[Any]]]:
    """Give the columns of a query's result, `BATCH` rows at a time.

    It is read whole before the first, as what is done with a batch may use the connection, but as
    Arrow holds it: Python's own texts take ten times the memory.
    """
    result = connection.execute(query, list(values)).to_arrow_table()
    for part in result.to_batches(max_chunksize=BATCH):
        yield [column.to_pylist() for column in part.columns]


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
