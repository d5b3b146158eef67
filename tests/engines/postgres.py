"""Postgres as an engine of the models: raw tables by COPY, plain dbt, and its tables at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engines.building import Built, bring_raw, dbt_build
from postgres_server import Server, execute, running_server
from service_kpis.engines import RAW, Postgres
from service_kpis.extensions import extension
from service_kpis.sql import literal
from service_kpis.warehouse import Warehouse

DATABASE = "service_kpis"
IN_FRENCH = "template template0 locale_provider icu icu_locale 'fr-FR'"
"""Such a database orders `a` before `B` and `é` before `f`: bytes do not."""


@contextmanager
def built(
    warehouse: Warehouse, folder: Path, *arguments: str, raw_schema: str = RAW
) -> Iterator[Built]:
    """Build the marts on a server of its own; `folder` is for what dbt writes.

    The raw tables stand in `raw_schema`, as where a loader of somebody's own puts them.
    """
    with running_server() as server:
        execute(server, f"create database {DATABASE} {IN_FRENCH}")
        url = server.url(database=DATABASE)
        rows = bring_raw(warehouse, Postgres(url))
        if raw_schema != RAW:
            execute(server, f"alter schema {RAW} rename to {raw_schema}", database=DATABASE)
        seconds = dbt_build(
            warehouse,
            folder,
            "postgres",
            *arguments,
            environment=_environment(server),
            given_vars={"raw_schema": raw_schema},
        )
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"load {literal(str(extension('postgres_scanner')))}")
            connection.execute(f"attach {literal(url)} as postgres (type postgres, read_only)")
            connection.execute(f"attach {literal(str(warehouse.build))} as build (read_only)")
            yield Built(connection, lambda table: f"postgres.marts.{table}", rows, seconds)


def _environment(server: Server) -> dict[str, str]:
    return os.environ | {
        "SERVICE_KPIS_POSTGRES_HOST": "127.0.0.1",
        "SERVICE_KPIS_POSTGRES_PORT": str(server.port),
        "SERVICE_KPIS_POSTGRES_USER": server.user,
        "SERVICE_KPIS_POSTGRES_PASSWORD": server.password,
        "SERVICE_KPIS_POSTGRES_DATABASE": DATABASE,
    }
