"""Raw tables of build.duckdb for engines that are not DuckDB: by COPY, or as Parquet."""

from service_kpis.engines.parquet import write_parquet
from service_kpis.engines.postgres import copy_to_postgres
from service_kpis.engines.tables import raw_tables

__all__ = ["copy_to_postgres", "raw_tables", "write_parquet"]
