"""Write the report: choose what to show of the published KPIs, then fill the template."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from service_kpis import state
from service_kpis.errors import MachineError
from service_kpis.publishing import publication
from service_kpis.reporting.breakdowns import Breakdown, breakdowns
from service_kpis.reporting.charts import line_chart, sparkline
from service_kpis.reporting.published import (
    Kpi,
    Point,
    Score,
    open_published,
    read_catalogue,
    read_lines,
    read_scores,
    read_span,
)
from service_kpis.reporting.wording import (
    change_text,
    number,
    period_number,
    period_text,
    target_text,
    value_text,
)
from service_kpis.warehouse import Warehouse, let_read

# The first of these that have data make the cards, in this order within their theme.
HEADLINES = (
    "service_level",
    "first_call_resolution",
    "net_promoter_score",
    "answer_rate",
    "average_speed_of_answer",
    "abandon_rate",
    "redundancy_rate",
    "average_handle_time",
    "churn_rate",
    "cross_sell_rate",
    "customer_satisfaction_score",
    "first_response_time",
    "issue_resolution_rate",
    "order_defect_rate",
    "on_time_shipment_rate",
    "average_rating",
    "transfer_rate",
    "retention_rate",
)
HEADLINE_COUNT = 12

THEMES = ("telephone", "tickets", "channels", "reviews", "orders", "customers", "surveys")
# What to land for a theme that has no data, in the names of the raw contract.
TABLES = {
    "telephone": "calls",
    "tickets": "tickets, and ticket_events where you have them",
    "channels": "calls and tickets",
    "reviews": "reviews, and orders for what is counted per customer",
    "orders": "orders and order_items",
    "customers": "orders with order_items and products, or subscriptions",
    "surveys": "surveys",
}
GRAINS = ("year", "quarter", "month", "week", "day")
PAGE_GRAINS = ("month", "week", "day")
ENOUGH_POINTS = 6


@dataclass(frozen=True)
class Shown:
    """One KPI (of one dimension value, where it has no whole) as the page writes it."""

    kpi: Kpi
    name: str
    period: str
    is_complete: bool
    value: str
    target: str
    status: str
    change: str
    verdict: str
    certainty: str
    before: str
    sample: str
    spark: str
    spark_end: tuple[float, float] | None
    points: tuple[Point, ...]
    score: Score


@dataclass(frozen=True)
class Card:
    """A headline: its chart, the chart's values for who can't see it, and its breakdowns."""

    shown: Shown
    chart: Markup | None
    rows: list[tuple[str, str, str, str, str]]
    grain: str
    breakdowns: list[Breakdown]


def write_report(warehouse: Warehouse) -> Path:
    """Write report/index.html from the published file and give its path.

    One file that opens without a network and runs no script; readers see the old report or the
    new one, whole. Raises InputError (exit 2) where nothing is published yet.
    """
    with open_published(warehouse.published) as connection:
        facts = known_facts(warehouse)
        catalogue = read_catalogue(connection)
        points, scores, span = (
            read_lines(connection),
            read_scores(connection),
            read_span(connection),
        )
        lines = gather(points)
        grain = page_grain(lines)
        shown = [
            row
            for kpi in sorted(catalogue, key=lambda kpi: (*theme_order(kpi.theme), kpi.label))
            for row in show(kpi, grain, lines, scores, facts["currency"])
        ]
        cards = [card(connection, row, facts["currency"]) for row in headlines(shown)]
    html = template().render(
        facts=facts,
        span=span,
        grain=grain,
        cards=cards,
        tally=tally(cards),
        worse=[row for row in shown if row.verdict == "worse" and row.certainty],
        better=[row for row in shown if row.verdict == "better" and row.certainty],
        themes=grouped(shown),
        absent=absent(catalogue, shown, {point.key for point in points}),
        kpi_count=len({row.kpi.key for row in shown}),
    )
    return replace(warehouse.report, html)


def known_facts(warehouse: Warehouse) -> dict[str, Any]:
    """Gather what is known beside the tables; what belongs to another build is left out."""
    try:
        known = state.read(warehouse)
    except MachineError:
        known = state.State()  # The figures don't depend on it: better a report without dates.
    published = publication(warehouse.published)
    build: dict[str, Any] = dict(known.get("build") or {})
    checks: dict[str, Any] = dict(known.get("checks") or {})
    if published is None or build.get("id") != published.id:
        build = {}
    if published is None or checks.get("build_id") != published.id:
        checks = {}
    if published is not None:
        published_at = published.at
    else:  # the file was not made by `publish`, which would have written into it
        written = warehouse.published.stat().st_mtime
        published_at = datetime.fromtimestamp(written, UTC).isoformat()
    as_of = published.as_of if published else None
    return {
        "published_at": instant_text(published_at),
        "as_of": instant_text(as_of) if as_of else None,
        "currency": (build.get("vars") or {}).get("reporting_currency", ""),
        "timezone": (build.get("vars") or {}).get("reporting_timezone", ""),
        "check_count": checks.get("count"),
        "warnings": [check for check in checks.get("failed") or [] if isinstance(check, dict)],
        "checked_at": instant_text(checks["at"]) if checks.get("at") else None,
    }


def instant_text(text: str) -> str:
    """Write an instant as 2026-10-31 23:59 UTC."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


Lines = dict[tuple[str, str, str, str], list[Point]]


def gather(points: list[Point]) -> Lines:
    """Group points into lines by KPI, dimension, dimension value and grain."""
    lines: Lines = {}
    for point in points:
        if point.value is not None:
            key = (point.key, point.dimension, point.dimension_value, point.grain)
            lines.setdefault(key, []).append(point)
    return lines


def page_grain(lines: Lines) -> str:
    """Choose the grain of the page: months, unless the data is too short to compare two."""
    for grain in PAGE_GRAINS:
        complete = (
            sum(point.is_complete for point in line)
            for (_, _, _, line_grain), line in lines.items()
            if line_grain == grain
        )
        if max(complete, default=0) >= 2:
            return grain
    return PAGE_GRAINS[0]


def show(kpi: Kpi, grain: str, lines: Lines, scores: list[Score], currency: str) -> list[Shown]:
    """Write a KPI: as a whole, or each value of its dimension; nothing where it has no data."""
    by_cell: dict[tuple[str, str], dict[str, Score]] = {}
    for score in scores:
        if score.key == kpi.key:
            by_cell.setdefault((score.dimension, score.dimension_value), {})[score.grain] = score
    own = {key[1:]: line for key, line in lines.items() if key[0] == kpi.key}
    for dimension, value, _ in own:
        by_cell.setdefault((dimension, value), {})
    dimension = min((cell[0] for cell in by_cell), default="")
    wanted = (grain, "month", "quarter", "year", "week", "day")
    rows = []
    for cell, by_grain in by_cell.items():
        if cell[0] != dimension:
            continue
        found = next((by_grain[name] for name in wanted if name in by_grain), None)
        if found is None:
            open_line = next((own[(*cell, name)] for name in wanted if (*cell, name) in own), None)
            if open_line is None:
                continue
            found = score_of(open_line[-1])
        line = line_of(own, cell, found.grain)
        rows.append(shown_of(kpi, found, line, currency, is_complete=bool(by_grain)))
    return rows


def score_of(point: Point) -> Score:
    """Stand in for the scorecard where no period is complete yet: nothing is judged."""
    return Score(
        point.key,
        point.grain,
        point.period,
        point.dimension,
        point.dimension_value,
        point.value,
        None,
        None,
        None,
        None,
        "",
        point.sample_size,
    )


def line_of(
    lines: dict[tuple[str, str, str], list[Point]], cell: tuple[str, str], grain: str
) -> list[Point]:
    """Choose the line of a KPI: its own grain, or a finer one where that has few points."""
    finer = GRAINS[GRAINS.index(grain) :]
    found = [lines[(*cell, name)] for name in finer if (*cell, name) in lines]
    return next((line for line in found if len(line) >= ENOUGH_POINTS), max(found, key=len))


def shown_of(
    kpi: Kpi, score: Score, line: list[Point], currency: str, *, is_complete: bool
) -> Shown:
    """Put one KPI's value, target and change into words."""
    change, verdict, certainty, before = "", "", "", ""
    if score.change is not None:
        change = change_text(score.change, kpi.unit, currency)
        before = value_text(score.previous, kpi.unit, currency)
        if kpi.direction and score.change:
            verdict = "better" if (score.change > 0) == (kpi.direction == "up") else "worse"
        certainty = "beyond chance" if score.is_beyond_chance else ""
    path, end = sparkline(line)
    is_whole = score.dimension == "all"
    return Shown(
        kpi=kpi,
        name=kpi.label if is_whole else f"{kpi.label}: {score.dimension_value}",
        period=period_text(score.period, score.grain),
        is_complete=is_complete,
        value=value_text(score.value, kpi.unit, currency),
        target=target_text(score.target, kpi.unit, kpi.direction, currency),
        status={"met": "met", "missed": "missed"}.get(score.status, ""),
        change=change,
        verdict=verdict,
        certainty=certainty,
        before=before,
        sample="" if score.sample_size is None else number(score.sample_size, 0),
        spark=path,
        spark_end=end,
        points=tuple(line),
        score=score,
    )


def headlines(shown: list[Shown]) -> list[Shown]:
    """Choose the cards, kept in the page's order of themes."""
    whole = {row.kpi.key: row for row in shown if row.score.dimension == "all"}
    chosen = [key for key in HEADLINES if key in whole] or list(whole)
    chosen = chosen[:HEADLINE_COUNT]
    return sorted(
        (whole[key] for key in chosen),
        key=lambda row: (*theme_order(row.kpi.theme), chosen.index(row.kpi.key)),
    )


def card(connection: Any, row: Shown, currency: str) -> Card:
    """Draw a headline's line and read its breakdowns of the same period."""
    points, unit = row.points, row.kpi.unit
    grain = points[0].grain
    # A count's target holds for the period that it was set for, a rate's for any.
    is_comparable = grain == row.score.grain or unit not in {"count", "currency"}
    target = row.kpi.target if is_comparable else None
    label = (
        f"{row.kpi.label} by {grain}, {period_text(points[0].period, grain)} to "
        f"{period_text(points[-1].period, grain)}: {value_text(points[0].value, unit, currency)} "
        f"at first, {value_text(points[-1].value, unit, currency)} at last"
    )
    chart = line_chart(points, unit, target, label, currency) if is_a_line(points) else None
    rows = [
        (
            period_text(point.period, grain),
            value_text(point.value, unit, currency),
            ""
            if point.low is None
            else f"{value_text(point.low, unit, currency)} – "
            f"{value_text(point.high, unit, currency)}",
            "" if point.sample_size is None else number(point.sample_size, 0),
            "" if point.is_complete else "not complete",
        )
        for point in reversed(points)
    ]
    return Card(row, chart, rows, grain, breakdowns(connection, row.kpi, row.score, currency))


def is_a_line(points: tuple[Point, ...]) -> bool:
    spread = period_number(points[-1].period, points[0].grain) - period_number(
        points[0].period, points[0].grain
    )
    return spread > 0


def tally(cards: list[Card]) -> dict[str, int]:
    statuses = [card.shown.status for card in cards]
    return {status: statuses.count(status) for status in ("met", "missed")}


def theme_order(theme: str) -> tuple[int, str]:
    return (THEMES.index(theme) if theme in THEMES else len(THEMES), theme)


def grouped(shown: list[Shown]) -> dict[str, list[Shown]]:
    """Group rows by theme, named for a heading."""
    themes: dict[str, list[Shown]] = {}
    for row in shown:
        themes.setdefault(heading(row.kpi.theme), []).append(row)
    return themes


def heading(theme: str) -> str:
    return theme.replace("_", " ").capitalize() or "Others"


def absent(
    catalogue: list[Kpi], shown: list[Shown], with_rows: set[str]
) -> list[tuple[str, str, str]]:
    """Say of every KPI without a value why: (label, theme, reason)."""
    present = {row.kpi.key for row in shown}
    rows = []
    for kpi in sorted(catalogue, key=lambda kpi: (*theme_order(kpi.theme), kpi.label)):
        if kpi.key in present:
            continue
        if kpi.key in with_rows:
            reason = f"There are rows, but nothing to divide by yet ({kpi.formula})."
        else:
            tables = TABLES.get(kpi.theme)
            reason = f"No rows: land {tables}." if tables else "No rows of the tables it needs."
        rows.append((kpi.label, heading(kpi.theme), reason))
    return rows


def template() -> jinja2.Template:
    """Load the page; whatever the data says is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def replace(path: Path, html: str) -> Path:
    """Put the page in place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    state.write_through(draft, html.encode())
    let_read(path.parent)
    draft.replace(path)
    state.sync(path.parent)
    return path
