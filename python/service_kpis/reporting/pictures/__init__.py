"""The pictures of the report, a module a theme, in the page's order."""

from __future__ import annotations

import duckdb

from service_kpis.reporting.picture import Picture
from service_kpis.reporting.pictures import telephone


def all_pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Read every picture's rows from the published file."""
    return [picture for module in (telephone,) for picture in module.pictures(connection)]
