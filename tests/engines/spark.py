"""Spark as an engine of the models: raw tables as Parquet, plain dbt, and its tables at hand."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from engines.building import Built, bring_raw, dbt_build
from service_kpis.engines import ParquetFolder
from service_kpis.sql import literal
from service_kpis.warehouse import Warehouse


@contextmanager
def built(
    warehouse: Warehouse, folder: Path, *arguments: str, is_strict: bool = False
) -> Iterator[Built]:
    """Build the marts in a session of its own; skips where Java or pyspark is not there.

    is_strict: by ANSI's rules, under which what cannot be cast is an error and no null.
    """
    if shutil.which("java") is None:
        pytest.skip("no Java is installed")
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed; `make engines` does that")
    rows = bring_raw(warehouse, ParquetFolder(folder / "raw"))
    environment = os.environ | {
        "SERVICE_KPIS_SPARK_FOLDER": str(folder),
        "SERVICE_KPIS_SPARK_RAW": str(folder / "raw"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    seconds = dbt_build(
        warehouse, folder, "spark", *arguments, environment=environment, is_strict=is_strict
    )
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {literal(str(warehouse.build))} as build (read_only)")
        yield Built(
            connection, lambda table: _files(folder, table), rows, seconds, reads_views=False
        )


def _files(folder: Path, table: str) -> str:
    return f"read_parquet({literal(str(folder / 'tables' / 'marts.db' / table / '*.parquet'))})"
