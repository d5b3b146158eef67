"""Landing: from a source's files to typed, judged rows in schema raw of build.duckdb."""

from service_kpis.landing.account import FileAccount
from service_kpis.landing.guess import init
from service_kpis.landing.land import land
from service_kpis.landing.reject import rejects
from service_kpis.landing.remove import remove
from service_kpis.landing.store import KnownSource, create_raw_tables, known_sources

__all__ = [
    "FileAccount",
    "KnownSource",
    "create_raw_tables",
    "init",
    "known_sources",
    "land",
    "rejects",
    "remove",
]
