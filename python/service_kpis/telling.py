"""What the commands print for people: accounts, checks, status and the headline KPIs."""

# ruff: noqa: PLC0415  what opens the published file is imported by the commands that need it

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
from rich.console import Console
from rich.table import Table

from service_kpis import state
from service_kpis.command import Session
from service_kpis.errors import ServiceKpisError, machine_failure
from service_kpis.outcome import Check

if TYPE_CHECKING:
    from service_kpis.forgetting import Forgetting
    from service_kpis.landing import FileAccount

HEADLINES = (
    "calls_offered",
    "answer_rate",
    "service_level",
    "average_speed_of_answer",
    "abandon_rate",
    "average_handle_time",
    "first_call_resolution",
    "redundancy_rate",
    "first_response_time",
    "resolution_time",
    "customer_satisfaction_score",
    "customer_effort_score",
    "net_promoter_score",
    "average_rating",
    "order_defect_rate",
    "retention_rate",
    "churn_rate",
)
HEADLINE_GRAIN = "month"
EXAMPLES_OF_REJECTS = 20
ACCOUNT_COLUMNS = (
    "source",
    "table",
    "file",
    "read",
    "inserted",
    "updated",
    "unchanged",
    "rejected",
    "left_out",
    "left_out_null",
)


def table(session: Session, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal, in aligned columns elsewhere."""
    if session.is_json:
        return
    session.progress.stop()
    if session.stdout.isatty():
        drawn = Table(*header, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            drawn.add_row(*row)
        Console(file=session.stdout, markup=False).print(drawn)
        return
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        session.say("  ".join(map(str.ljust, line, widths)).rstrip())


def accounts(session: Session, landed: Sequence[FileAccount], *, are_kept: bool = True) -> None:
    """Print the account of each file; no rejects are kept to look at where nothing landed."""
    files = [asdict(account) for account in landed]
    session.outcome.sources = [{name: file[name] for name in ACCOUNT_COLUMNS} for file in files]
    if not landed:
        return
    header = [name.replace("_", " ") for name in ACCOUNT_COLUMNS]
    table(session, header, [[_cell(file[name]) for name in ACCOUNT_COLUMNS] for file in files])
    if are_kept and any(file["rejected"] for file in files):
        session.say("`service-kpis rejects` shows what was rejected and why.")


def checks(session: Session, found: Sequence[Check]) -> None:
    """Print the checks that did not pass, errors first."""
    for check in sorted(found, key=lambda check: check.severity):
        if not check.passed:
            session.say(f"{check.severity}: {check.message}")


def places(session: Session) -> None:
    """Print where the things that a person opens are."""
    warehouse = session.warehouse
    table(
        session,
        ("what", "where"),
        [
            ("published marts", str(warehouse.published)),
            ("report", str(warehouse.report)),
            ("checks (Data Docs)", str(warehouse.data_docs / "index.html")),
        ],
    )


def headlines(session: Session) -> None:
    """Print the headline KPIs of the latest complete month as people write them."""
    from service_kpis.reporting.published import open_published, read_catalogue, read_scores
    from service_kpis.reporting.wording import change_text, period_text, target_text, value_text

    with open_published(session.warehouse.published) as connection:
        catalogue = {kpi.key: kpi for kpi in read_catalogue(connection)}
        scores = {
            score.key: score for score in read_scores(connection) if score.grain == HEADLINE_GRAIN
        }
    built = session.outcome.build
    currency = built["vars"]["reporting_currency"] if built else ""
    rows = []
    for key in HEADLINES:
        if key not in scores or key not in catalogue:
            continue
        score, kpi = scores[key], catalogue[key]
        change = "–" if score.change is None else change_text(score.change, kpi.unit, currency)
        rows.append(
            (
                kpi.label_en,
                period_text(score.period, score.grain),
                value_text(score.value, kpi.unit, currency),
                target_text(score.target, kpi.unit, kpi.direction, currency) or "–",
                {"met": "met", "missed": "missed"}.get(score.status, ""),
                change,
            )
        )
    if rows:
        table(session, ("KPI", "month", "value", "target", "", "change"), rows)
    else:
        session.say("No KPI has a complete month yet; marts.kpi_values has what there is.")


def rejects(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Print how many rows were rejected for which reason, and the first of them with values."""
    by_file = Counter((row["source_name"], row["table_name"], row["file_name"]) for row in rows)
    session.outcome.sources = [
        dict.fromkeys(ACCOUNT_COLUMNS)
        | {"source": source, "table": name, "file": file, "rejected": count}
        for (source, name, file), count in sorted(by_file.items())
    ]
    if not rows:
        session.say("Nothing was rejected.")
        return
    reasons = ("source_name", "table_name", "file_name", "column_name", "reason")
    by_reason = Counter(tuple(_cell(row[name]) for name in reasons) for row in rows)
    table(
        session,
        ("source", "table", "file", "column", "reason", "rows"),
        [(*reason, str(count)) for reason, count in by_reason.most_common()],
    )
    session.say()
    table(
        session,
        ("file", "row", "column", "value", "reason"),
        [
            [_cell(row[n]) for n in ("file_name", "row_number", "column_name", "value", "reason")]
            for row in rows[:EXAMPLES_OF_REJECTS]
        ],
    )
    if len(rows) > EXAMPLES_OF_REJECTS:
        session.say(f"… and {len(rows) - EXAMPLES_OF_REJECTS} more: `service-kpis rejects --csv`.")


def forgotten(session: Session, done: Forgetting) -> None:
    """Print what was erased, and what is not ours to erase; never whom."""
    if done.was_forgotten:
        session.say("This person was erased before; nothing was left to do.")
        return
    session.say(
        f"Erased {_count(done.customers, 'customer id')}, "
        f"{_count(done.numbers, 'telephone number')} "
        f"and {_count(done.e_mails, 'e-mail address', 'e-mail addresses')}."
    )
    for table, rows in (done.rows or {}).items():
        session.say(f"  raw.{table}: {_count(rows, 'row')} kept under a random token")
    if done.rejects:
        session.say(f"  raw.rejects: {_count(done.rejects, 'row')} without their content")
    session.say(f"Written anew: {', '.join(path.name for path in done.files)}.")
    if done.shared_numbers:
        session.say(
            f"{_count(done.shared_numbers, 'number')} of these calls belong to somebody else as "
            "well, and stay there."
        )
    session.say(
        "Your own source files still hold the person, and so do backups and copies made elsewhere. "
        "What lands again from the files stays erased."
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def status(session: Session) -> None:
    """Print what is known of the warehouse; what can't be read now is said, not raised."""
    session.say(f"Warehouse {session.warehouse.folder}")
    for tell in (_landed, _built, _published):
        try:
            tell(session)
        except (ServiceKpisError, OSError) as error:
            session.say(machine_failure(error) or str(error))
    if session.warehouse.report.exists():
        session.outcome.report = str(session.warehouse.report)
        session.say(f"Report {session.outcome.report}")


def _built(session: Session) -> None:
    """Print the last build and the last checks, with what failed."""
    now = state.read(session.warehouse)
    build, checked = now.get("build"), now.get("checks")
    if build:
        session.outcome.build = {name: build[name] for name in ("models", "as_of", "vars")}  # type: ignore[literal-required]
        verdict = "passed" if build["passed"] else "failed"
        whole = "" if build["is_whole"] else ", of a selection"
        session.say(f"Last build {verdict} {build['at']}{whole}, as of {build['as_of'] or '–'}.")
    else:
        session.say("No finished build. Run `service-kpis run`.")
    failed = [*(build["failed"] if build else ()), *(checked["failed"] if checked else ())]
    if build or checked:
        session.outcome.checks = [Check(**check) for check in failed]
        checks(session, session.outcome.checks)
    if checked:
        is_current = build and checked["build_id"] == build["id"]
        session.say(
            f"Last checks {'passed' if checked['passed'] else 'failed'} {checked['at']}: "
            f"{checked['count'] - len(checked['failed'])} of {checked['count']}"
            f"{'' if is_current else '; they were of another build'}."
        )


def _published(session: Session) -> None:
    """Print what is published, and what a rollback would bring back."""
    from service_kpis.publishing import kept_publications, publication

    warehouse = session.warehouse
    if not warehouse.published.exists():
        session.say("Nothing is published.")
    elif published := publication(warehouse.published):
        session.outcome.published = published.as_dict()
        session.say(f"Published {published.path} {published.at} (build {published.id}).")
    else:
        session.say(f"{warehouse.published} can't be read, or `publish` did not make it.")
    if kept := kept_publications(warehouse):
        listed = ", ".join(f"{each.at} (build {each.id})" for each in kept)
        session.say(f"Kept for rollback: published {listed}.")


def _landed(session: Session) -> None:
    """Print each source's tables with their rows, the latest event and the last landing."""
    from service_kpis.freshness import Landed, read_landed

    landed: list[Landed] = []
    try:
        if session.warehouse.build.exists():
            with session.warehouse.connect(read_only=True) as connection:
                landed = read_landed(connection)
    except ServiceKpisError as error:
        session.say(f"What is landed can't be read now. {error}")
        return
    except duckdb.Error:  # raw tables that landing did not make
        session.say(f"What is landed can't be read: {session.warehouse.build} is no build of ours.")
        return
    session.outcome.sources = [
        dict.fromkeys(ACCOUNT_COLUMNS) | {"source": each.source, "table": each.table}
        for each in landed
    ]
    if not landed:
        session.say("Nothing is landed.")
        return
    table(
        session,
        ("source", "table", "rows", "latest event", "landed"),
        [
            tuple(map(_cell, (each.source, each.table, each.rows, each.latest, each.landed_at)))
            for each in landed
        ],
    )


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%SZ}"
    return str(value)
