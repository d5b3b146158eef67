"""Engines that are not DuckDB: raw tables there, and the people in them."""

from service_kpis.engines.bring import bring, copy_raw, require_open
from service_kpis.engines.ducklake import DuckLake
from service_kpis.engines.parquet import ParquetFolder
from service_kpis.engines.people import make_known
from service_kpis.engines.postgres import Postgres
from service_kpis.engines.tables import RAW, Engine, raw_tables
from service_kpis.engines.targets import engine_of

__all__ = [
    "RAW",
    "DuckLake",
    "Engine",
    "ParquetFolder",
    "Postgres",
    "bring",
    "copy_raw",
    "engine_of",
    "make_known",
    "raw_tables",
    "require_open",
]
