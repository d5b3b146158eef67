"""Which engine a target of dbt's profile is, and how it is reached."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service_kpis.engines.ducklake import DuckLake
from service_kpis.engines.parquet import ParquetFolder
from service_kpis.engines.postgres import Postgres
from service_kpis.engines.tables import Engine
from service_kpis.errors import InputError
from service_kpis.warehouse import PROJECT_DIR

PROFILE = "service_kpis"
SPARK_RAW = "SERVICE_KPIS_SPARK_RAW"
LAKE = "ducklake:"
_OF_LIBPQ = {
    "host": "host",
    "port": "port",
    "user": "user",
    "password": "password",
    "pass": "password",
    "dbname": "dbname",
    "database": "dbname",
    "sslmode": "sslmode",
    "sslcert": "sslcert",
    "sslkey": "sslkey",
    "sslrootcert": "sslrootcert",
}
"""What dbt-postgres calls the parts of a connection, and what libpq does."""


def engine_of(target: str) -> Engine:
    """Give the engine of a target; raises InputError where there is none, or it lacks a setting."""
    outputs, where = _outputs()
    if target not in outputs:
        raise InputError(
            f"{where} has no target {target}. Raw tables go to {', '.join(_with_a_door(outputs))}."
        )
    settings = _rendered(outputs[target], where)
    match settings.get("type"):
        case "postgres":
            return Postgres(_connection_string(settings))
        case "spark":
            return ParquetFolder(_folder_of_spark())
        case "duckdb" if lake := _lake(settings):
            return _duck_lake(lake)
    told = (
        "is a warehouse, which `service-kpis land` without --to fills"
        if settings.get("type") == "duckdb"
        else "is an engine that raw tables are not brought to"
    )
    raise InputError(
        f"The target {target} {told}. Raw tables go to {', '.join(_with_a_door(outputs))}."
    )


def _outputs() -> tuple[dict[str, Any], Path]:
    """Read the targets where dbt would: of DBT_PROFILES_DIR, else of the project."""
    from dbt.config.profile import read_profile  # noqa: PLC0415  dbt takes a second to import
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415

    folder = Path(os.environ.get("DBT_PROFILES_DIR") or PROJECT_DIR / "profiles")
    where = folder / "profiles.yml"
    try:
        outputs = read_profile(str(folder)).get(PROFILE, {}).get("outputs")
    except (DbtBaseException, AttributeError):
        outputs = None
    if not isinstance(outputs, dict):
        raise InputError(f"{where} has no targets of a profile {PROFILE}, or is no YAML.")
    return outputs, where


def _rendered(entry: Any, where: Path) -> dict[str, Any]:
    from dbt.config.renderer import ProfileRenderer  # noqa: PLC0415
    from dbt_common.context import set_invocation_context  # noqa: PLC0415
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415

    set_invocation_context(os.environ)  # which env_var() of a profile asks
    try:
        settings = ProfileRenderer({}).render_data(entry)
    except DbtBaseException as error:
        told = str(error).strip().splitlines()[-1].strip()
        raise InputError(f"{where} cannot be used: {told.rstrip('.')}.") from None
    return settings if isinstance(settings, dict) else {}


def _with_a_door(outputs: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, entry in outputs.items()
        if isinstance(entry, dict)
        and (entry.get("type") in ("postgres", "spark") or _lake(entry) is not None)
    ]


def _lake(settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give what a target of DuckDB attaches as a lake, if it does."""
    attached = settings.get("attach") or ()
    return next((each for each in attached if str(each.get("path", "")).startswith(LAKE)), None)


def _duck_lake(lake: Mapping[str, Any]) -> DuckLake:
    catalogue, files = str(lake["path"]), str((lake.get("options") or {}).get("data_path") or "")
    if catalogue == LAKE or not files:
        raise InputError(
            "Set SERVICE_KPIS_DUCKLAKE_CATALOG, such as 'postgres:dbname=lake "
            "host=db.example.org user=service_kpis', and SERVICE_KPIS_DUCKLAKE_FOLDER, where the "
            "lake's files shall lie."
        )
    return DuckLake(catalogue, files)


def _folder_of_spark() -> Path:
    text = os.environ.get(SPARK_RAW, "").removeprefix("file://")
    if not text:
        raise InputError(
            f"Set {SPARK_RAW} to the folder where Spark shall find the raw tables as Parquet; "
            "`dbt build` wants it, too."
        )
    if "://" in text:
        raise InputError(
            f"{SPARK_RAW} is a URL, and Parquet is written to folders of this machine alone. Set "
            "it to a folder, and copy that to where Spark reads."
        )
    return Path(text).absolute()


def _connection_string(settings: Mapping[str, Any]) -> str:
    parts = {
        known: str(settings[name])
        for name, known in _OF_LIBPQ.items()
        if settings.get(name) not in (None, "")
    }
    return " ".join(f"{name}={_quoted(value)}" for name, value in parts.items())


def _quoted(value: str) -> str:
    """Quote a value as libpq reads it."""
    escaped = value.replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"
