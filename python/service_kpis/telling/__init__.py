"""What the commands print for people, a module a subject."""

from service_kpis.telling.diff import diff, diff_csv
from service_kpis.telling.engines import brought, made_known
from service_kpis.telling.landings import accounts, rejects, rejects_csv
from service_kpis.telling.people import forgotten
from service_kpis.telling.results import built, checks, published, rolled_back, validated
from service_kpis.telling.run import run
from service_kpis.telling.status import status

__all__ = [
    "accounts",
    "brought",
    "built",
    "checks",
    "diff",
    "diff_csv",
    "forgotten",
    "made_known",
    "published",
    "rejects",
    "rejects_csv",
    "rolled_back",
    "run",
    "status",
    "validated",
]
