"""What stands in a warehouse: is it fresh, did it pass, what is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import duckdb

from service_kpis import settings, state
from service_kpis.errors import ServiceKpisError, machine_failure
from service_kpis.freshness import Landed, read_landed
from service_kpis.instants import ago, local, parsed, zone_of
from service_kpis.publishing import Publication, kept_publications, publication
from service_kpis.state import Built, Checked, State
from service_kpis.warehouse import Warehouse

Verdict = Literal["current", "outdated", "unpublished", "failed", "empty", "unknown"]
Read = TypeVar("Read")


@dataclass
class Status:
    """What is known of a warehouse; `troubles` says in sentences what could not be read."""

    warehouse: Warehouse
    now: datetime
    landed: list[Landed] | None = None
    is_build_begun: bool = False
    build: Built | None = None
    checks: Checked | None = None
    own_seeds: list[str] = field(default_factory=list)
    rows_gone_at: str | None = None
    published: Publication | None = None
    kept: list[Publication] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    verdict: Verdict = "unknown"
    sentence: str = ""

    @property
    def vars(self) -> dict[str, Any]:
        return self.build["vars"] if self.build else settings.defaults()

    @property
    def checks_of_the_build(self) -> Checked | None:
        """The last checks, unless they were of another build."""
        is_of_it = self.checks and self.build and self.checks["build_id"] == self.build["id"]
        return self.checks if is_of_it else None

    def as_dict(self) -> dict[str, Any]:
        """Give it for `--json`: instants in UTC."""
        build, checks = self.build, self.checks
        return {
            "verdict": self.verdict,
            "sentence": self.sentence,
            "troubles": self.troubles,
            "sources": None
            if self.landed is None
            else [
                asdict(each)
                | {
                    name: _iso(getattr(each, name))
                    for name in ("latest", "changed_at", "landed_at")
                }
                for each in self.landed
            ],
            "build": build
            and {
                "id": build["id"],
                "at": build["at"],
                "passed": build["passed"],
                "is_whole": build["is_whole"],
                "as_of": build["as_of"],
                "changed_vars": settings.changed(build["vars"]),
                "own_seeds": self.own_seeds,
            },
            "checks": checks
            and {
                "at": checks["at"],
                "passed": checks["passed"],
                "count": checks["count"],
                "is_of_the_build": self.checks_of_the_build is not None,
                "failed": _names(checks["failed"], "error"),
                "warnings": _names(checks["failed"], "warn"),
            },
            "published": self.published and _published(self.published),
            "kept": [_published(each) for each in self.kept],
        }


def read_status(warehouse: Warehouse) -> Status:
    """Read what stands in the warehouse; nothing raises, what can't be read is told."""
    found = Status(warehouse, datetime.now(UTC))
    known = _try(found, lambda: state.read(warehouse), State())
    found.build, found.checks = known.get("build"), known.get("checks")
    found.is_build_begun = "build" in known
    found.own_seeds = known.get("seeds_given", [])
    found.rows_gone_at = known.get("rows_gone_at")
    found.landed = _try(found, lambda: _read_landed(found), None)
    found.published = _try(found, lambda: _read_published(found), None)
    found.kept = _try(found, lambda: kept_publications(warehouse), [])
    found.verdict, told = _judge(found)
    found.sentence = told
    return found


def _try(found: Status, read: Callable[[], Read], otherwise: Read) -> Read:
    try:
        return read()
    except (ServiceKpisError, OSError) as error:
        found.troubles.append(machine_failure(error) or str(error))
        return otherwise


def _read_landed(found: Status) -> list[Landed] | None:
    warehouse = found.warehouse
    if not warehouse.build.exists():
        return []
    try:
        with warehouse.connect(read_only=True) as connection:
            return read_landed(connection, found.build["as_of"] if found.build else None)
    except duckdb.Error:  # raw tables that landing did not make
        found.troubles.append(
            f"What is landed can't be read: {warehouse.build} is no build of ours."
        )
        return None


def _read_published(found: Status) -> Publication | None:
    path = found.warehouse.published
    if not path.exists():
        return None
    if (read := publication(path)) is None:
        found.troubles.append(f"{path} can't be read, or `publish` did not make it.")
    return read


def _judge(found: Status) -> tuple[Verdict, str]:
    """Say in one line what a person asks first."""
    build, checks, published = found.build, found.checks_of_the_build, found.published
    verdict: Verdict = "unpublished"
    if found.landed is None and build is None:
        verdict, told = "unknown", "What is landed and built can't be read now."
    elif not (found.landed or found.is_build_begun or published):
        return "empty", "Nothing is landed. Run `service-kpis run`."
    elif build is None:
        begun = "The last build did not finish" if found.is_build_begun else "Nothing is built yet"
        told = f"{begun}. Run `service-kpis run`."
    elif not build["passed"]:
        verdict, told = "failed", f"The last build failed: {_first(build['failed'])}."
    elif not build["is_whole"]:
        told = "The last build was of a selection. Run `service-kpis run`."
    elif checks is None:
        told = "The last build is not checked. Run `service-kpis validate`."
    elif not checks["passed"]:
        verdict, told = "failed", f"A check failed: {_first(checks['failed'])}."
    elif published is None or published.id != build["id"]:
        next_step = _changed_since(found, build) or "Run `service-kpis publish`."
        told = f"The last build passed and is not published. {next_step}"
    else:
        verdict, told = _judge_published(found, build, checks)
        return verdict, f"{_published_text(found, published)}, {told}"
    if published is None:
        return verdict, f"Not published. {told}" if verdict != "unknown" else told
    return verdict, f"{told} Readers see what was {_published_text(found, published, first='p')}."


def _judge_published(found: Status, build: Built, checks: Checked) -> tuple[Verdict, str]:
    passed = checks["count"] - len(checks["failed"])
    told = f"all {passed} checks passed." if passed > 1 else "its check passed."
    if checks["failed"]:
        many = len(checks["failed"])
        told = f"{passed} of {checks['count']} checks passed, {many} warning{'s' * (many > 1)}."
    since = _changed_since(found, build)
    return ("outdated", f"{told} {since}") if since else ("current", told)


def _changed_since(found: Status, build: Built) -> str | None:
    """Tell what happened to the rows after they were built; None if nothing."""
    built_at = parsed(build["at"])
    changes = [parsed(each.changed_at) for each in found.landed or ()]
    if built_at and any(change and change > built_at for change in changes):
        return "Rows landed since: run `service-kpis run`."
    gone_at = parsed(found.rows_gone_at)
    if built_at and gone_at and gone_at > built_at:
        # `run` would fill a warehouse without sources with the sample data.
        next_step = "run" if found.landed else "build`, `validate` and `publish"
        return f"Rows were removed since: run `service-kpis {next_step}`."
    return None


def _published_text(found: Status, published: Publication, first: str = "P") -> str:
    zone = zone_of(found.vars)
    as_of = f", as of {local(published.as_of, zone)}" if published.as_of else ""
    return f"{first}ublished {ago(published.at, found.now)}{as_of}"


def _first(failed: list[dict[str, Any]]) -> str:
    names = _names(failed, "error")
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else "of unknown name"


def _names(failed: list[dict[str, Any]], severity: str) -> list[str]:
    return [check["name"] for check in failed if check["severity"] == severity]


def _published(each: Publication) -> dict[str, Any]:
    return {**each.as_dict(), "as_of": each.as_of, "bytes": each.size}


def _iso(instant: datetime | None) -> str | None:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant else None
