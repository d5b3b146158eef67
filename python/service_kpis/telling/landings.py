"""What became of the rows that were read: accounts of files, and rejects."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from service_kpis.command import Session
from service_kpis.telling.tables import ODD, Column, cell, count, number, spreadsheet_safe, table

if TYPE_CHECKING:
    from service_kpis.landing import FileAccount

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
COUNTS = ACCOUNT_COLUMNS[3:]
ALWAYS_SHOWN = ("read", "inserted", "rejected")
SUMS_WORDS = {
    "inserted": "new",
    "updated": "updated",
    "unchanged": "unchanged",
    "rejected": "rejected",
    "left_out": "left out",
}


def accounts(session: Session, landed: Sequence[FileAccount], *, are_kept: bool = True) -> None:
    """Print the account of each file; no rejects are kept to look at where nothing landed."""
    files = [asdict(account) for account in landed]
    session.outcome.sources = [{name: file[name] for name in ACCOUNT_COLUMNS} for file in files]
    if not landed:
        return
    columns: list[Column | str] = [
        Column("source", may_go=True),
        "table",
        "file",
        *(number(name.replace("_", " "), may_go=name not in ALWAYS_SHOWN) for name in COUNTS),
    ]
    table(session, columns, [[_cell(file, name) for name in ACCOUNT_COLUMNS] for file in files])
    if len(files) > 1:
        session.say(f"{count(len(files), 'file')}: {sums(files)}.")
    if are_kept and any(file["rejected"] for file in files):
        session.say("`service-kpis rejects` shows what was rejected and why.")


def sums(files: Sequence[dict[str, Any]]) -> str:
    """Write what became of all rows: 1,200 rows read, 1,190 new, 0 rejected, 10 left out."""
    total = {name: sum(file[name] for file in files) for name in COUNTS}
    parts = [
        f"{total[name]:,} {words}"
        for name, words in SUMS_WORDS.items()
        if total[name] or name == "rejected"
    ]
    return ", ".join([f"{count(total['read'], 'row')} read", *parts])


def _cell(file: dict[str, Any], name: str) -> str | Text:
    text = cell(file[name])
    return Text(text, style=ODD) if name == "rejected" and file[name] else text


def rejects(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Print how many rows were rejected for which reason, and the first of them with values."""
    by_file = Counter((row["source_name"], row["table_name"], row["file_name"]) for row in rows)
    session.outcome.sources = [
        dict.fromkeys(ACCOUNT_COLUMNS)
        | {"source": source, "table": name, "file": file, "rejected": rejected}
        for (source, name, file), rejected in sorted(by_file.items())
    ]
    if not rows:
        session.say("Nothing was rejected.")
        return
    reasons = ("source_name", "table_name", "file_name", "column_name", "reason")
    by_reason = Counter(tuple(cell(row[name]) for name in reasons) for row in rows)
    table(
        session,
        ("source", "table", "file", "column", "reason", number("rows")),
        [(*reason, cell(rejected)) for reason, rejected in by_reason.most_common()],
    )
    session.say()
    table(
        session,
        ("file", number("row"), "column", "value", "reason"),
        [
            [cell(row[n]) for n in ("file_name", "row_number", "column_name", "value", "reason")]
            for row in rows[:EXAMPLES_OF_REJECTS]
        ],
    )
    if len(rows) > EXAMPLES_OF_REJECTS:
        session.say(f"… and {len(rows) - EXAMPLES_OF_REJECTS} more: `service-kpis rejects --csv`.")


def rejects_csv(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Print every rejected row as CSV, nothing where there is none."""
    if rows:
        writer = csv.DictWriter(session.stdout, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {name: spreadsheet_safe(value) for name, value in row.items()} for row in rows
        )
