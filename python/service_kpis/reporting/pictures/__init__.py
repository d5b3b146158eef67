"""The pictures of the report, a module a question, in the page's order."""

from __future__ import annotations

import duckdb

from service_kpis.reporting.picture import Picture
from service_kpis.reporting.pictures import (
    agents,
    contracts,
    customers,
    journeys,
    peaks,
    requests,
    reviews,
    surveys,
    telephone,
    tickets,
)

MODULES = (
    *(telephone, contracts, peaks, tickets, requests, journeys, reviews, customers, surveys),
    agents,
)


def all_pictures(connection: duckdb.DuckDBPyConnection) -> list[Picture]:
    """Read every picture's rows from the published file; one without any is none."""
    found = [picture for module in MODULES for picture in module.pictures(connection)]
    return [picture for picture in found if picture.series or any(picture.rows.values())]
