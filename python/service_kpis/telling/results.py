"""What building, checking and publishing print when they are done."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from rich.text import Text

from service_kpis import settings, state
from service_kpis.building import Build
from service_kpis.command import Session
from service_kpis.instants import local, zone_of
from service_kpis.marts_file import published_tables
from service_kpis.outcome import Check
from service_kpis.publishing import Publication
from service_kpis.telling.tables import BAD, GOOD, ODD, cell, count, number, size, table

SEVERITY_STYLES = {"error": BAD, "warn": ODD}
KINDS_OF_CHECKS = {
    "raw": "what landed",
    "marts": "what is to be published",
    "personal_data": "no personal data in it",
    "recomputation": "KPIs computed a second time",
}


def checks(session: Session, found: Sequence[Check]) -> None:
    """Print the checks that did not pass, errors first."""
    for check in sorted(found, key=lambda check: check.severity):
        if not check.passed:
            session.say(f"{check.severity}: {check.message}", SEVERITY_STYLES[check.severity])


def built(session: Session, done: Build) -> None:
    """Print what a build made, and the settings that are not the defaults."""
    as_of = "no event at all"
    if done.as_of:
        zone = zone_of(done.vars)
        as_of = f"{local(done.as_of, zone)} ({zone.key})"
    session.say(f"Built {count(done.models, 'model')} as of {as_of}.")
    if changed := settings.changed(done.vars):
        told = ", ".join(f"{name} {value}" for name, value in changed.items())
        session.say(f"Vars other than the defaults: {told}.")


def validated(session: Session, found: Sequence[Check]) -> None:
    """Print how many checks of each kind passed."""
    rows: list[tuple[str | Text, ...]] = []
    for kind in dict.fromkeys(check.name.split(".")[0] for check in found):
        of_kind = [check for check in found if check.name.split(".")[0] == kind]
        failed = {
            severity: sum(not each.passed and each.severity == severity for each in of_kind)
            for severity in SEVERITY_STYLES
        }
        rows.append(
            (
                KINDS_OF_CHECKS.get(kind, kind),
                cell(sum(each.passed for each in of_kind)),
                *(
                    Text(cell(failed[severity]), style=style if failed[severity] else "")
                    for severity, style in SEVERITY_STYLES.items()
                ),
            )
        )
    table(session, ("checks", number("passed"), number("failed"), number("warnings")), rows)
    session.say(f"{verdict(found)}.", GOOD if all(each.passed for each in found) else None)


def verdict(found: Sequence[Check]) -> str:
    """Write how many checks passed, and how many of the others stop nothing."""
    passed = sum(check.passed for check in found)
    warnings = sum(not check.passed and check.severity == "warn" for check in found)
    told = f", {count(warnings, 'warning')}" if warnings else ""
    return f"{passed} of {count(len(found), 'check')} passed{told}"


def published(session: Session, done: Publication) -> None:
    """Print what is in the published file, and where it is."""
    if session.is_json:
        return
    session.say(f"Published {contents(done)}.")
    session.say(str(done.path))
    if written := session.outcome.parquet:
        session.say(f"Parquet: {count(len(written['tables']), 'table')} in {written['folder']}.")


def rolled_back(session: Session, done: Publication) -> None:
    """Print which file readers have again, its instant in the zone that `status` tells it in."""
    build = state.read(session.warehouse).get("build")
    zone = zone_of(build["vars"] if build else None)
    session.say(
        f"{done.path} is the file published {local(done.at, zone)} ({zone.key}) again. "
        "`service-kpis report` writes its report."
    )


def contents(done: Publication) -> str:
    """Write what a published file holds: 73 KPIs in 410,000 cells, 49 tables, 104 MB."""
    with duckdb.connect(done.path, read_only=True) as connection:
        tables = published_tables(connection)
        cells, kpis = connection.execute(
            "select count(*), count(distinct kpi_key) from marts.kpi_values"
        ).fetchone() or (0, 0)
    return (
        f"{count(kpis, 'KPI')} in {count(cells, 'cell')}, {count(len(tables), 'table')}, "
        f"{size(done.path.stat().st_size)}"
    )
