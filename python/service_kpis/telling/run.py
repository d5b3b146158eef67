"""The end of a run: what each step did, where things are, and the headline KPIs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from rich.text import Text

from service_kpis.command import Session
from service_kpis.instants import local, zone_of
from service_kpis.kpi_definitions import HEADLINES
from service_kpis.machine import MEMORY, THREADS
from service_kpis.publishing import Publication
from service_kpis.telling.landings import sums
from service_kpis.telling.results import contents, verdict
from service_kpis.telling.tables import (
    BAD,
    FAINT,
    GOOD,
    HEAD,
    NOTHING,
    count,
    duration,
    number,
    table,
)
from service_kpis.wording import change_text, target_text, value_text

HEADLINE_GRAIN = "month"
STATUS_STYLES = {"met": GOOD, "missed": BAD}


def run(session: Session, done: Publication) -> None:
    """Print the summary of a whole run."""
    if session.is_json:
        return
    session.say()
    _steps(session, done)
    session.say()
    _places(session)
    session.say()
    _headlines(session)


def _steps(session: Session, done: Publication) -> None:
    outcome = session.outcome
    files, built = outcome.sources or [], outcome.build or {}
    sources = len({file["source"] for file in files})
    zone = zone_of(built.get("vars"))
    did = {
        "land": f"{count(sources, 'source')}, {count(len(files), 'file')}: {sums(files)}",
        "build": f"{count(built.get('models', 0), 'model')}, "
        f"as of {local(built.get('as_of'), zone)} ({zone.key})",
        "validate": verdict(outcome.checks or ()),
        "publish": contents(done),
    }
    rows = [
        (each["step"], did.get(each["step"], ""), duration(each["seconds"]))
        for each in outcome.steps
    ]
    total = duration(sum(each["seconds"] for each in outcome.steps))
    table(session, ("step", "what it did", number("took")), [*rows, ("", "", total)])
    if outcome.machine:
        session.say(_of_the_machine(**outcome.machine), FAINT)


def _of_the_machine(memory_limit_bytes: int, threads: int, peak_memory_bytes: int) -> str:
    return (
        f"took {peak_memory_bytes / 1e9:.1f} GB of memory at most; DuckDB may take "
        f"{memory_limit_bytes / 1e9:.1f} GB ({MEMORY}) and {count(threads, 'thread')} ({THREADS})"
    )


def _places(session: Session) -> None:
    """Print where the things that a person opens are; a path is never broken in two."""
    warehouse = session.warehouse
    for what, where in (
        ("published marts", warehouse.published),
        ("report", warehouse.report),
        ("checks (Data Docs)", warehouse.data_docs / "index.html"),
    ):
        session.say(f"{what:<20}{where}")


def _headlines(session: Session) -> None:
    """Print the headline KPIs of the latest complete month as people write them."""
    scores = _read_scores(session.warehouse.published)
    currency = session.outcome.build["vars"]["reporting_currency"] if session.outcome.build else ""
    rows = [_row(currency, *scores[key]) for key in HEADLINES if key in scores]
    if not rows:
        session.say("No KPI has a complete month yet; marts.kpi_values has what there is.")
        return
    header = ("KPI", "month", number("value"), number("target"), "", number("change"))
    table(session, header, rows)
    session.say("change: to the month before; * = beyond chance (95 %)", FAINT)


def _read_scores(published: Path) -> dict[str, tuple[Any, ...]]:
    """Read the latest complete month of each KPI as a whole, by its key: what _row takes."""
    with duckdb.connect(published, read_only=True) as connection:
        rows = connection.execute(
            """
            select kpi_key, label_en, unit, direction, period_start, value,
                   cast(kpi_scorecard.target as double), status, change, is_beyond_chance
            from marts.kpi_scorecard
            inner join marts.kpi_catalogue using (kpi_key)
            where grain = ? and dimension = 'all' and value is not null
            """,
            [HEADLINE_GRAIN],
        ).fetchall()
    return {key: tuple(rest) for key, *rest in rows}


def _row(  # noqa: PLR0913, PLR0917  a column each
    currency: str,
    label: str,
    unit: str,
    direction: str | None,
    month: date,
    value: float,
    target: float | None,
    status: str,
    change: float | None,
    is_beyond_chance: bool | None,
) -> tuple[str | Text, ...]:
    moved = NOTHING if change is None else change_text(change, unit, currency)
    return (
        label,
        f"{month:%b %Y}",
        value_text(value, unit, currency),
        target_text(target, unit, direction, currency) or NOTHING,
        Text(status if status in STATUS_STYLES else "", style=STATUS_STYLES.get(status, "")),
        Text(moved + ("*" if is_beyond_chance else " "), style=HEAD if is_beyond_chance else ""),
    )
