"""What `status` prints: a verdict in one line, then what it stands on."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from service_kpis import settings
from service_kpis.command import Session
from service_kpis.freshness import Landed
from service_kpis.instants import ago, local, zone_of
from service_kpis.outcome import Check
from service_kpis.publishing import Publication
from service_kpis.status import Status, Verdict
from service_kpis.telling.landings import ACCOUNT_COLUMNS
from service_kpis.telling.results import checks
from service_kpis.telling.tables import (
    BAD,
    FAINT,
    GOOD,
    HEAD,
    ODD,
    cell,
    count,
    number,
    size,
    table,
)

STYLES: dict[Verdict, str] = {
    "current": GOOD,
    "outdated": ODD,
    "unpublished": ODD,
    "failed": BAD,
    "empty": "",
    "unknown": BAD,
}


def status(session: Session, found: Status) -> None:
    """Print what stands in the warehouse, and keep it for `--json`."""
    _keep(session, found)
    zone = zone_of(found.vars)
    session.say(found.sentence, f"{HEAD} {STYLES[found.verdict]}".rstrip())
    for trouble in found.troubles:
        session.say(trouble, BAD)
    session.say(f"Warehouse {found.warehouse.folder}, times in {zone.key}", FAINT)
    for tell in (_landed, _built, _checked, _published):
        tell(session, found)
    if session.outcome.report:
        session.say(f"Report        {session.outcome.report}")


def _keep(session: Session, found: Status) -> None:
    """Give the keys of `--json` what they hold of it for every command."""
    outcome, build = session.outcome, found.build
    outcome.status = found.as_dict()
    outcome.sources = [
        dict.fromkeys(ACCOUNT_COLUMNS) | {"source": each.source, "table": each.table}
        for each in found.landed or ()
    ]
    if build:
        outcome.build = {name: build[name] for name in ("models", "as_of", "vars")}  # type: ignore[literal-required]
    if build or found.checks:
        outcome.checks = [Check(**check) for check in _failed(found)]
    if found.published:
        outcome.published = found.published.as_dict()
    if found.warehouse.report.exists():
        outcome.report = str(found.warehouse.report)


def _failed(found: Status) -> list[dict[str, Any]]:
    return [
        *(found.build["failed"] if found.build else ()),
        *(found.checks["failed"] if found.checks else ()),
    ]


def _landed(session: Session, found: Status) -> None:
    """Print each source's tables with their rows, the newest event and the last landing."""
    if not found.landed:
        return
    zone = zone_of(found.vars)
    session.say()
    table(
        session,
        ("source", "table", number("rows"), "newest event", "", "last landed"),
        [
            (
                cell(each.source),
                each.table,
                cell(each.rows),
                local(each.latest, zone),
                Text("gone quiet", style=ODD) if each.is_quiet else _ago(each, found),
                local(each.landed_at, zone),
            )
            for each in found.landed
        ],
    )


def _ago(each: Landed, found: Status) -> str:
    return ago(each.latest, found.now) if each.latest else ""


def _built(session: Session, found: Status) -> None:
    session.say()
    build = found.build
    if not build:
        session.say("Last build    none that finished")
        return
    zone = zone_of(found.vars)
    whole = "" if build["is_whole"] else " of a selection"
    session.say(
        f"Last build    {'passed' if build['passed'] else 'failed'}{whole} "
        f"{local(build['at'], zone)}, as of {local(build['as_of'], zone)}, "
        f"{count(build['models'], 'model')}"
    )
    changed = ", ".join(
        f"{name} {value}" for name, value in settings.changed(build["vars"]).items()
    )
    session.say(f"  vars        {changed or 'the defaults'}")
    session.say(f"  seeds       {', '.join(found.own_seeds) or 'the shipped ones'}")


def _checked(session: Session, found: Status) -> None:
    checked = found.checks
    if checked:
        of_another = "" if found.checks_of_the_build else ", of another build"
        passed = checked["count"] - len(checked["failed"])
        session.say(
            f"Last checks   {passed} of {checked['count']} passed "
            f"{local(checked['at'], zone_of(found.vars))}{of_another}"
        )
    else:
        session.say("Last checks   none")
    checks(session, session.outcome.checks or ())


def _published(session: Session, found: Status) -> None:
    if not found.published:
        session.say("Published     nothing")
    else:
        session.say(f"Published     {_text(found, found.published)}")
        session.say(f"              {found.published.path}")
    for each in found.kept:
        session.say(f"  rollback    {_text(found, each)}")


def _text(found: Status, each: Publication) -> str:
    zone = zone_of(found.vars)
    on_disk = "" if each.size is None else f", {size(each.size)}"
    return f"{local(each.at, zone)}, as of {local(each.as_of, zone)}{on_disk}, build {each.id}"
