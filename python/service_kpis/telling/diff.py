"""What `diff` prints: the two files, what they were built with, and KPIs whose cells differ."""

from __future__ import annotations

import csv
from dataclasses import asdict
from zoneinfo import ZoneInfo

from service_kpis.command import Session
from service_kpis.comparing import Cell, Comparison, Edit, OfKpi
from service_kpis.instants import local, zone_of
from service_kpis.publishing import Publication
from service_kpis.telling.tables import (
    FAINT,
    HEAD,
    NOTHING,
    cell,
    count,
    number,
    spreadsheet_safe,
    table,
)
from service_kpis.wording import change_text, period_text, value_text

SHOWN_CELLS = 20


def diff(session: Session, found: Comparison, *, limit: int | None, is_of_one_kpi: bool) -> None:
    """Print what differs; the cells themselves where one KPI is asked for, or a limit is given."""
    session.outcome.diff = found.as_dict(limit)
    session.outcome.published = found.after.as_dict()
    zone = zone_of(found.vars)
    session.say(f"before  {_file(found.before, zone)}", HEAD)
    session.say(f"after   {_file(found.after, zone)}", HEAD)
    session.say(f"Times in {zone.key}. Values that differ by rounding alone are the same.", FAINT)
    currency = found.vars.get("reporting_currency", "")
    _edits(session, found)
    if not found.kpis:
        session.say()
        session.say("No value differs.")
        return
    session.say()
    header = ("KPI", number("added"), number("gone"), number("changed"), "largest change", "where")
    table(session, header, [_kpi_row(each, currency) for each in found.kpis])
    if limit is not None or is_of_one_kpi:
        _cells(session, found, SHOWN_CELLS if limit is None else limit)
    else:
        session.say()
        session.say("`service-kpis diff --kpi KEY` shows the cells of one, `--csv` all.", FAINT)


def diff_csv(session: Session, found: Comparison, *, limit: int | None) -> None:
    """Print the cells that differ as CSV."""
    writer = csv.DictWriter(session.stdout, Cell.__dataclass_fields__, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: spreadsheet_safe(value) for name, value in asdict(each).items()}
        for each in found.cells[:limit]
    )


def _file(each: Publication, zone: ZoneInfo) -> str:
    as_of = f", as of {local(each.as_of, zone)}" if each.as_of else ""
    return f"{each.path.name}, published {local(each.at, zone)}{as_of}"


def _edits(session: Session, found: Comparison) -> None:
    """Print what the files were built with or define otherwise."""
    if found.edits:
        session.say()
        table(session, ("other", "what", "before", "after"), [_edit_row(e) for e in found.edits])
    if not found.knows_settings:
        session.say("Variables and seeds can't be compared: an earlier version published one file.")


def _edit_row(each: Edit) -> tuple[str, ...]:
    return each.kind, each.what, cell(each.before), cell(each.after)


def _kpi_row(each: OfKpi, currency: str) -> tuple[str, ...]:
    return (
        each.kpi_key,
        cell(each.added),
        cell(each.gone),
        cell(each.changed),
        _moved(each.largest, each.unit, currency) if each.largest else NOTHING,
        _where(each.largest) if each.largest else "",
    )


def _cells(session: Session, found: Comparison, limit: int) -> None:
    currency = found.vars.get("reporting_currency", "")
    units = {each.kpi_key: each.unit for each in found.kpis}
    session.say()
    table(
        session,
        ("KPI", "period", "where", "what", number("before"), number("after"), number("change")),
        [_cell_row(each, units[each.kpi_key], currency) for each in found.cells[:limit]],
    )
    if len(found.cells) > limit:
        more = count(len(found.cells) - limit, "more cell")
        session.say(f"… and {more}: `--limit N`, or `--csv` for all.", FAINT)


def _cell_row(each: Cell, unit: str, currency: str) -> tuple[str, ...]:
    return (
        each.kpi_key,
        period_text(each.period_start, each.grain),
        _dimension(each),
        each.what,
        value_text(each.before, unit, currency),
        value_text(each.after, unit, currency),
        NOTHING if each.change is None else change_text(each.change, unit, currency),
    )


def _moved(each: Cell, unit: str, currency: str) -> str:
    before, after = (value_text(value, unit, currency) for value in (each.before, each.after))
    return f"{before} → {after}"


def _where(each: Cell) -> str:
    return f"{period_text(each.period_start, each.grain)}, {_dimension(each)}"


def _dimension(each: Cell) -> str:
    return "all" if each.dimension == "all" else f"{each.dimension} {cell(each.dimension_value)}"
