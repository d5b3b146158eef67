"""What dbt does with build.duckdb before it opens it, plain `dbt build` too: see profiles.yml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from service_kpis.warehouse import NOT_FOR_OTHERS, memory_limit


class Plugin(BasePlugin):
    """Finds a warehouse folder there, keeps what dbt writes private, and limits the memory."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        del plugin_config
        if self.creds is not None:
            Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)
        os.umask(NOT_FOR_OTHERS)

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        del creds
        config.update(memory_limit())
