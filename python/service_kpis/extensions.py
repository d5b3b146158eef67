"""DuckDB's extensions, from their packages, and what the servers behind them say."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import duckdb

from service_kpis.errors import MachineError

_SECONDS_TO_CONNECT = "20"
_REFUSALS = {
    "password authentication failed": "refuses the user or the password",
    "no password supplied": "wants a password, and none is given",
    "authentication failed": "refuses the user",
    "no pg_hba.conf entry": "does not let this user in from here",
    "does not exist": "has no such database or user",
    "connection info string": "cannot be found: the variable holds no connection string or URL",
    "invalid": "cannot be found: the connection string or URL is not valid",
}


def extension(name: str) -> Path:
    """Find a DuckDB extension in its package; it is loaded from there, nothing is downloaded."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    folders = spec.submodule_search_locations if spec else None
    files = list(Path(folders[0]).rglob(f"v{duckdb.__version__}/{name}.*")) if folders else []
    if not files:
        package = f"duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}"
        raise MachineError(
            f"The package {package} is missing. Install what requirements.lock says."
        )
    return files[0]


def wait_for_a_server() -> None:
    """Let libpq wait so long for a silent server, and not for minutes."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", _SECONDS_TO_CONNECT)


def why_unreachable(error: str) -> str:
    """Say why a Postgres server does not let us in: what follows its name, to the full stop."""
    told = next(
        (told for words, told in _REFUSALS.items() if words in error),
        "cannot be reached: is it running, and are host and port right?",
    )
    return told if told.endswith("?") else f"{told}."
